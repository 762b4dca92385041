import { expect, test } from 'vitest';
import { readBody, readForm } from './read-body.ts';

/** A body that comes in pieces and does not say how long it is; tells how much of it was asked for. */
function chunked(pieces: number, pieceBytes: number, headers: Record<string, string> = {}) {
  let sentBytes = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sentBytes >= pieces * pieceBytes) return controller.close();
      sentBytes += pieceBytes;
      controller.enqueue(new Uint8Array(pieceBytes));
    },
  });
  const request = new Request('http://mcf.example', {
    method: 'POST',
    body,
    duplex: 'half',
    headers,
  } as never);
  return { request, sentBytes: () => sentBytes };
}

test('a body without a length is counted, and taken when it is short enough', async () => {
  expect(await readBody(chunked(10, 100).request, 1000, 'too_big')).toHaveLength(1000);
});

test('a body without a length is refused as soon as it is too long, and no more of it is read', async () => {
  const { request, sentBytes } = chunked(1000, 1000);
  await expect(readBody(request, 10_000, 'too_big')).rejects.toMatchObject({ code: 'too_big' });
  expect(sentBytes()).toBeLessThan(15_000);
});

test('a body that promises to be too long is refused unread', async () => {
  const { request, sentBytes } = chunked(1000, 1000, { 'content-length': '1000000' });
  await expect(readBody(request, 10_000, 'too_big')).rejects.toMatchObject({ code: 'too_big' });
  expect(sentBytes()).toBeLessThanOrEqual(1000);
});

test('a body cut off on its way is a fault, not a short body', async () => {
  const { request } = chunked(2, 100, { 'content-length': '1000' });
  await expect(readBody(request, 10_000, 'too_big')).rejects.toThrow('ended after 200 of 1000');
});

test('a form is read whole, and what is no form is refused', async () => {
  const form = new FormData();
  form.set('name', 'Пушок');
  form.set('photo', new File([new Uint8Array(5)], 'photo.jpg'));
  const read = await readForm(
    new Request('http://mcf.example', { method: 'POST', body: form }),
    1000,
    'too_big',
  );
  expect(read.get('name')).toBe('Пушок');
  expect((read.get('photo') as File).size).toBe(5);
  for (const [type, body] of [
    ['multipart/form-data; boundary=x', 'nonsense'],
    ['text/plain', 'nonsense'],
    ['', ''],
  ] as const) {
    const request = new Request('http://mcf.example', {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    await expect(readForm(request, 1000, 'too_big')).rejects.toMatchObject({ code: 'malformed' });
  }
});
