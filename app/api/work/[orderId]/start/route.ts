import { readJson, runRoute } from '#app/api/run-route.ts';
import { startOrder } from '#lib/ordering/index.ts';

/** `{ photoId }`: "Started" of the worker's phone, also from its queue of unsent photos; sent twice, it has one effect [US-180]. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ orderId: string }> },
): Promise<Response> {
  return runRoute(request, async (ctx) => {
    const { orderId } = await params;
    const { state } = await startOrder(ctx, { ...(await readJson(request)), orderId });
    return { state };
  });
}
