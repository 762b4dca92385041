import { systemCtx } from '#app/session.ts';
import { type Partner, partners, receiveWebhook } from '#lib/kernel/partner.ts';
import { Refused } from '#lib/kernel/refused.ts';

export const dynamic = 'force-dynamic';

const bodyLimitBytes = 100_000;
const readTimeoutMs = 10_000;

/**
 * A partner tells us something. The body is read as it came, because the signature is over its bytes. 401 for a signature
 * that is wrong or old, 400 for a body of another shape, 413 beyond 100 kB; 200 also for what came before.
 */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ partner: string }> },
): Promise<Response> {
  const { partner } = await params;
  if (!partners.includes(partner as Partner)) return answer(404, 'not_found');
  const timestamp = request.headers.get('x-partner-timestamp');
  const signature = request.headers.get('x-partner-signature');
  if (!timestamp || !signature) return answer(401, 'bad_signature');
  const rawBody = await boundedText(request);
  if (rawBody === null) return answer(413, 'too_large');
  try {
    const { replayed } = await receiveWebhook(systemCtx(`partner:${partner}`), {
      partner: partner as Partner,
      timestamp,
      signature,
      rawBody,
    });
    return answer(200, replayed ? 'already_known' : 'accepted');
  } catch (error) {
    if (error instanceof Refused)
      return error.code === 'partner.bad_signature' ? answer(401, 'bad_signature') : answer(400, 'malformed');
    // Not kept, so not answered with 2xx: the partner sends it again.
    console.error(`webhook of ${partner}:`, error);
    return answer(500, 'try_again');
  }
}

const answer = (status: number, result: string) =>
  Response.json({ result }, { status, headers: { 'Cache-Control': 'no-store' } });

/** The body as text, or null when it is longer than the limit or too slow in coming. */
async function boundedText(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > bodyLimitBytes) return null;
  if (!request.body) return '';
  const reader = request.body.getReader();
  const timer = setTimeout(() => void reader.cancel(), readTimeoutMs);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks).toString('utf8');
      size += value.byteLength;
      if (size > bodyLimitBytes) {
        await reader.cancel();
        return null;
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
}
