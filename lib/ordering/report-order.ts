import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { requireOwnPhoto } from '#lib/kernel/photo.ts';
import { photoOfOrderInput } from './inputs.ts';
import { type Moved, moveOrder } from './move-order.ts';

/**
 * The worker sends the photo of the report signed by the client [US-180]. The same photo sent again changes nothing.
 * Throws `Refused`: not_allowed, ordering.not_found, ordering.wrong_state, photo.not_found.
 */
export async function reportOrder(ctx: Ctx, input: unknown): Promise<Moved> {
  requireRole(ctx, 'worker');
  const { orderId, photoId } = parse(photoOfOrderInput, input);
  await requireOwnPhoto(ctx, photoId, 'report');
  return moveOrder(ctx, {
    orderId,
    command: { name: 'report', photoId },
    verb: 'reportOrder',
    patch: { reportPhotoId: photoId },
  });
}
