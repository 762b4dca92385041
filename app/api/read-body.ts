import { Refused } from '#lib/kernel/refused.ts';

/**
 * Reads a body of at most `limitBytes`, stopping as soon as it is longer, whatever its headers promised. Throws
 * `Refused` with the code `tooLarge`.
 */
export async function readBody(
  request: Request,
  limitBytes: number,
  tooLarge: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > limitBytes) throw new Refused(tooLarge);
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) break;
    length += value.length;
    if (length > limitBytes) {
      await reader?.cancel();
      throw new Refused(tooLarge);
    }
    parts.push(value);
  }
  // Cut off on its way: what arrived is not what was sent.
  if (length < declared) throw new Error(`The body ended after ${length} of ${declared} bytes.`);
  return Buffer.concat(parts, length);
}

/** Reads a form of at most `limitBytes`, its files included. Throws `Refused`: the code `tooLarge`, malformed. */
export async function readForm(request: Request, limitBytes: number, tooLarge: string): Promise<FormData> {
  const body = await readBody(request, limitBytes, tooLarge);
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  return new Response(body, { headers }).formData().catch(() => {
    throw new Refused('malformed');
  });
}
