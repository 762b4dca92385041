import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect, type Page, test } from '@playwright/test';
import { photo, signedIn, testersBrowser } from './fixtures.ts';
import { placeOrder, workerAt } from './steps.ts';

type Stream = { status: number; events: string[]; ended: boolean; close(): void };

/** Listens to `/api/live` as this browser would, and keeps what is said. */
async function listen(page: Page | null): Promise<Stream> {
  const cookies = page ? await page.context().cookies(process.env.E2E_APP_URL) : [];
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      `${process.env.E2E_APP_URL}/api/live`,
      {
        headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
        agent: false,
      },
      (response) => {
        const stream: Stream = {
          status: response.statusCode!,
          events: [],
          ended: false,
          close: () => call.destroy(),
        };
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          text += piece;
          stream.events = [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name!);
        });
        response.on('error', () => {});
        response.on('end', () => {
          stream.ended = true;
        });
        resolve(stream);
      },
    );
    call.on('error', reject);
    call.end();
  });
}

test('live updates go to who is signed in, say that something changed, and end with the session', async ({
  browser,
}) => {
  expect((await listen(null)).status).toBe(401);
  // What earlier journeys left open listens too.
  for (const context of browser.contexts()) await context.close();

  // Pages that listen themselves would use up the account's streams.
  const quietly = async (page: Page) => {
    await page.goto('/api/health');
    return page;
  };
  const staff = await quietly(await signedIn(browser, 'staff@mcf.example', 'tablet'));
  const worker = await quietly(await signedIn(browser, 'dymka@mcf.example', 'phone'));
  const [atWarehouse, atWork] = [await listen(staff), await listen(worker)];
  for (const stream of [atWarehouse, atWork]) {
    expect(stream.status).toBe(200);
    await expect.poll(() => stream.events).toEqual(['hello']);
  }

  await test.step('a new job reaches the warehouse', async () => {
    const { page: client } = await testersBrowser(browser, 'whiskers');
    await placeOrder(client, { place: 'Live shelf', minutes: 25 });
    await expect.poll(() => atWarehouse.events, { timeout: 30_000 }).toContain('refresh');
    expect(new Set(atWarehouse.events)).toEqual(new Set(['hello', 'refresh']));
    await client.context().close();
  });

  await test.step('one account has so many streams, and gets them back', async () => {
    // Again until the stream of the page that staff signed in on has been given back.
    await expect(async () => {
      const streams = [];
      do streams.push(await listen(staff));
      while (streams.at(-1)!.status === 200);
      const other = await listen(worker);
      for (const { close } of [...streams, other]) close();
      expect(streams.at(-1)!.status).toBe(429);
      // The one that was open before is the twelfth.
      expect(streams).toHaveLength(12);
      expect(other.status).toBe(200);
    }).toPass();
    await expect(async () => {
      const again = await listen(staff);
      again.close();
      expect(again.status).toBe(200);
    }).toPass();
  });

  await test.step('signed out everywhere, the stream says so and ends, and no new one opens', async () => {
    const device = await signedIn(browser, 'dymka@mcf.example', 'phone');
    await device.goto('/account');
    await device.getByRole('button', { name: 'Sign out everywhere' }).click();
    await device.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await expect(device).not.toHaveURL(/account/);
    await expect.poll(() => atWork.ended).toBe(true);
    expect(atWork.events.at(-1)).toBe('ended');
    expect((await listen(worker)).status).toBe(401);
    expect(atWarehouse.ended).toBe(false);
  });
  atWarehouse.close();
});

/** Posts a form whose length is not told beforehand, as a tool would. */
async function postInPieces(path: string, pieces: Iterable<Buffer>, type: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      `${process.env.E2E_APP_URL}${path}`,
      {
        method: 'POST',
        headers: { origin: process.env.E2E_APP_URL!, 'content-type': type, 'transfer-encoding': 'chunked' },
        agent: false,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode!);
      },
    );
    // Once it is refused, the rest of it is not wanted.
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    for (const piece of pieces) call.write(piece);
    call.end();
  });
}

test('metrics are there for the monitor that brings the token, and for nobody else', async ({ request }) => {
  const ask = (authorization?: string) =>
    request.get('/api/metrics', { headers: authorization ? { authorization } : {} });
  for (const wrong of [undefined, 'Bearer x', 'Bearer undefined'])
    expect((await ask(wrong)).status()).toBe(404);
  const answer = await ask(`Bearer ${process.env.E2E_METRICS_TOKEN}`);
  expect(answer.headers()['content-type']).toContain('text/plain; version=0.0.4');
  const text = await answer.text();
  expect(text).toMatch(/^mcf_ledger_sum_cents\{book="clients"\} 0$/m);
  expect(text).toMatch(/^mcf_movements_parked \d+$/m);
  expect(text).not.toContain('betting');
});

test('an application that does not say how long it is, is counted [US-081]', async () => {
  const boundary = 'x'.repeat(20);
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const fields = Object.entries({
    requestKey: randomUUID(),
    name: 'Chunk',
    ageYears: '3',
    breed: 'Mixed',
    coatColour: 'ginger',
    email: `chunk-${Date.now()}@cats.example`,
    about: '',
    locale: 'en',
  }).map(([name, value]) => Buffer.from(field(name, value)));
  const type = `multipart/form-data; boundary=${boundary}`;
  const end = Buffer.from(`--${boundary}--\r\n`);
  expect(await postInPieces('/api/applications', [...fields, end], type)).toBe(200);

  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="photo"; filename="p.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`,
  );
  const megabytes = Array.from({ length: 17 }, () => Buffer.alloc(1_000_000));
  expect(await postInPieces('/api/applications', [...fields, head, ...megabytes, end], type)).toBe(413);
});

test('a photo of an order is there for its client, its worker and managers, and for nobody else', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'whiskers');
  const placed = await placeOrder(client, { place: 'Photo shelf', minutes: 25 });
  const worker = await workerAt(browser, placed);
  const { buffer } = await photo('#335577');
  const upload = await worker.request.post(`/api/photos?kind=check_in&uploadId=${randomUUID()}`, {
    headers: { origin: process.env.E2E_APP_URL!, 'content-type': 'application/octet-stream' },
    data: buffer,
  });
  const { photoId } = (await upload.json()) as { photoId: string };
  const seenBy = async (page: Page) => (await page.request.get(`/api/photos/${photoId}`)).status();
  expect(await seenBy(worker)).toBe(200);
  // Of no order yet: not even of the worker's own client.
  expect(await seenBy(client)).toBe(404);
  for (const email of ['staff@mcf.example', 'manager@mcf.example', 'billing@mcf.example'])
    expect(await seenBy(await signedIn(browser, email, 'desktop'))).toBe(404);
  expect((await fetch(`${process.env.E2E_APP_URL}/api/photos/${photoId}`)).status).toBe(404);
});
