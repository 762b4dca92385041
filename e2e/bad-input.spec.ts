import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import postgres from 'postgres';
import { expectReadable, inMinutes, photo, signedIn, testersBrowser } from './fixtures.ts';
import { assigned, fillRequest, handOver, placeOrder, workerAt } from './steps.ts';

const place = (what: string) => `${what}, shelf ${Date.now() % 100_000}`;

/** No photo at all, and a photo whose header promises 20,000 x 20,000 pixels: what is in it never gets decoded. */
const notAnImage = {
  file: {
    name: 'photo.jpg',
    mimeType: 'image/jpeg',
    buffer: Buffer.from('I am a shopping list, not a photo.'),
  },
  says: 'This file is not a photo we can read.',
};
const hugePng = {
  file: { name: 'huge.png', mimeType: 'image/png', buffer: pngOf(20_000, 20_000) },
  says: 'This photo has over 50 million pixels.',
};

function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.from('789c030000000001', 'hex')),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('a request with missing, oversized and past fields is explained, and nothing typed is lost [US-020]', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'whiskers');
  await fillRequest(client, { place: place('Refused'), minutes: -60 });
  await client.getByLabel('Whom to ask on the spot').fill('');
  const what = client.getByLabel('What is to be done');
  const endless = 'Knock it off. '.repeat(200);
  await what.fill(endless);
  const where = await client.getByRole('textbox', { name: 'Where' }).inputValue();
  await client.getByRole('button', { name: 'Request help' }).click();

  await expect(client.getByText('This is too long.')).toBeVisible();
  await expect(client.getByText('Please fill this in.')).toHaveCount(1);
  await expect(client.getByLabel('Whom to ask on the spot')).toHaveAttribute('aria-invalid', 'true');
  await expect(what).toHaveValue(endless);
  await expect(what).toBeFocused();
  await expect(client.getByRole('textbox', { name: 'Where' })).toHaveValue(where);
  await expect(client.getByRole('radio', { name: /pen off/i })).toBeChecked();
  await expectReadable(client);

  await what.fill('The pen on the left.');
  await client.getByLabel('Whom to ask on the spot').fill('Boris');
  await client.getByRole('button', { name: 'Request help' }).click();
  await expect(client.getByText('This time has passed. Choose a later one.')).toBeVisible();
  await expect(what).toHaveValue('The pen on the left.');
  await client.getByRole('textbox', { name: 'When' }).fill(inMinutes(5));
  await client.getByRole('button', { name: 'Request help' }).click();
  await expect(client.getByText('We need at least ten minutes to get ready.')).toBeVisible();
  await client.getByRole('textbox', { name: 'When' }).fill(inMinutes(60 * 24 * 400));
  await client.getByRole('button', { name: 'Request help' }).click();
  await expect(client.getByText('This is more than a year ahead.')).toBeVisible();
  await client.getByRole('textbox', { name: 'When' }).fill('');
  await client.getByRole('button', { name: 'Request help' }).click();
  await expect(client.getByRole('textbox', { name: 'When' })).toHaveAttribute('aria-invalid', 'true');
  await expect(client).toHaveURL(/\/orders\/new$/);

  // Nothing of it was placed.
  await client.goto(`/orders?q=${encodeURIComponent(where)}`);
  await expect(client.getByText('Nothing matches')).toBeVisible();
});

test('a double click, and the same form in two tabs, place one order [US-020]', async ({ browser }) => {
  const { context, page: client } = await testersBrowser(browser, 'vasily');
  const ordersAt = async (where: string) => {
    await client.goto(`/orders?q=${encodeURIComponent(where)}`);
    await expect(client.getByRole('heading', { name: 'Found' })).toBeVisible();
    return client.locator('main a[href^="/orders/"]:not([href="/orders/new"])').count();
  };

  const clicked = place('Clicked twice');
  await fillRequest(client, { place: clicked });
  await client.getByRole('button', { name: 'Request help' }).dblclick();
  await assigned(client);
  expect(await ordersAt(clicked)).toBe(1);

  const sent = place('Sent from two tabs');
  const tabs = [client, await context.newPage()];
  const key = `same-key-${randomUUID()}`;
  for (const tab of tabs) await fillRequest(tab, { place: sent });
  await Promise.all(
    tabs.map((tab) =>
      tab.locator('input[name=requestKey]').evaluate((field: HTMLInputElement, value) => {
        // At once: the page gives the field its own key back whenever it renders anew.
        field.value = value;
        field.form!.requestSubmit();
      }, key),
    ),
  );
  const [first, second] = await Promise.all(tabs.map(assigned));
  expect(second).toEqual(first);
  expect(await ordersAt(sent)).toBe(1);
});

test('photos that are none are refused in words, on the worker’s phone and on the open form [US-180][US-090]', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'mittens');
  const staff = await signedIn(browser, 'staff@mcf.example', 'tablet');
  const order = await placeOrder(client, { place: place('Photos') });
  await handOver(staff, order.number);
  const worker = await workerAt(browser, order);
  for (const { file, says } of [notAnImage, hugePng]) {
    await worker.getByLabel('Photo of the place').setInputFiles(file);
    await worker.getByRole('button', { name: 'Started' }).click();
    await expect(worker.getByText(says).last()).toBeVisible();
    await expectReadable(worker);
    await worker.getByRole('button', { name: 'Remove' }).click();
    await expect(worker.getByText(says)).toHaveCount(0);
    await expect(worker.getByText('Ready', { exact: true })).toBeVisible();
  }
  // And the right one goes through on the same screen.
  await worker.getByLabel('Photo of the place').setInputFiles(await photo('#668844'));
  await worker.getByRole('button', { name: 'Started' }).click();
  await expect(worker.getByText('In progress', { exact: true })).toBeVisible();

  await test.step('somebody else’s order, and none at all, look the same [US-140]', async () => {
    const { page: stranger } = await testersBrowser(browser, 'whiskers');
    const someoneElse = order.workerName === 'Vasya' ? 'barsik' : 'vasya';
    const other = await signedIn(browser, `${someoneElse}@mcf.example`, 'phone');
    const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
    await stranger.goto('/orders');
    const seen = async (page: Page, path: string) => {
      const answer = await page.goto(path);
      expect(answer!.status(), path).toBe(404);
      return page.locator('main').textContent();
    };
    const unknown = randomUUID();
    for (const [page, folder, theirs] of [
      [stranger, '/orders', order.orderId],
      [other, '/work', order.orderId],
      [manager, '/manage/orders', unknown],
      [staff, '/warehouse', unknown],
    ] as const) {
      const text = await seen(page, `${folder}/${theirs}`);
      expect(text).toMatch(/There is no (page here|such)/);
      for (const id of [unknown, 'not-an-id', '..%2f..%2fetc', `${theirs}'`, 'x'.repeat(400)])
        expect(await seen(page, `${folder}/${id}`), id).toBe(text);
      await expectReadable(page);
    }
    // Nor does the photo, or the act itself, tell strangers that the order is there.
    const headers = { origin: process.env.E2E_APP_URL! };
    for (const id of [order.orderId, unknown]) {
      const answer = await other.request.post(`/api/work/${id}/start`, {
        headers,
        data: { photoId: randomUUID() },
      });
      expect(answer.status()).toBe(404);
      expect(await answer.json()).toMatchObject({ message: 'The photo did not arrive. Take it again.' });
    }
  });

  await test.step('the application form refuses the same photos, and keeps the rest [US-090]', async () => {
    const context = await browser.newContext({ baseURL: process.env.E2E_APP_URL, locale: 'en-US' });
    const page = await context.newPage();
    await page.goto('/apply');
    await page.getByLabel('Name').fill('Shopping Cat');
    await page.getByLabel('Age in years').fill('3');
    await page.getByLabel('Coat colour').selectOption('Ginger');
    await page.getByLabel('Breed').fill('Mixed');
    await page.getByLabel('E-mail').fill('shopping-cat@cats.example');
    for (const { file, says } of [notAnImage, hugePng]) {
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByRole('button', { name: 'Send the application' }).click();
      await expect(page.getByText(says)).toBeVisible();
      await expect(page.getByLabel('Name')).toHaveValue('Shopping Cat');
      await expect(page.getByLabel('Coat colour')).toHaveValue('ginger');
      await expectReadable(page);
    }
    await page.locator('input[type=file]').setInputFiles([]);
    await page.getByLabel('Age in years').fill('300');
    await page.getByLabel('E-mail').fill('nowhere');
    await page.getByRole('button', { name: 'Send the application' }).click();
    await expect(page.getByText('Enter the age in whole years, 1 to 30.')).toBeVisible();
    await expect(page.getByText('Enter a whole e-mail address')).toBeVisible();
    await expect(page.getByLabel('Breed')).toHaveValue('Mixed');
    await expect(page.getByLabel('Age in years')).toHaveValue('300');
  });
});

test('what comes from elsewhere is refused: other sites, unsigned calls, replays [US-161]', async ({
  browser,
  request,
}) => {
  const worker = await signedIn(browser, 'ryzhik@mcf.example', 'phone');
  const { buffer } = await photo('#885522');
  for (const origin of ['https://evil.example', undefined]) {
    const headers: Record<string, string> = origin ? { origin } : {};
    const upload = await worker.request.post(`/api/photos?kind=check_in&uploadId=${randomUUID()}`, {
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      data: buffer,
    });
    expect(upload.status()).toBe(403);
    expect(await upload.json()).toMatchObject({ code: 'other_site' });
    const application = await request.post('/api/applications', {
      headers,
      multipart: { name: 'Mallory', requestKey: randomUUID(), locale: 'en' },
    });
    expect(application.status()).toBeGreaterThanOrEqual(400);
    expect(application.status()).toBeLessThan(500);
    expect(await application.json()).toMatchObject({ message: /another place/ });
  }

  expect((await request.post('/api/inngest?fnId=x&stepId=step', { data: {} })).status()).toBe(401);

  await test.step('a partner’s webhook counts once, however often it comes', async () => {
    const secrets = JSON.parse(readFileSync(join(process.env.E2E_DATA_DIR!, 'secrets.json'), 'utf8')) as {
      partnerCookies: string;
    };
    const sql = postgres(process.env.E2E_ADMIN_URL!, { max: 1, onnotice: () => {} });
    try {
      const id = randomUUID();
      const body = JSON.stringify({
        deliveryId: id,
        type: 'cookie.ready',
        data: { id, idempotencyKey: id, status: 'succeeded' },
        sentAt: new Date().toISOString(),
      });
      const send = (signature?: string, seconds = Math.floor(Date.now() / 1000)) =>
        request.post('/api/partners/cookies/webhook', {
          headers: {
            'content-type': 'application/json',
            'x-partner-timestamp': String(seconds),
            'x-partner-signature':
              signature ??
              createHmac('sha256', secrets.partnerCookies).update(`${seconds}.${body}`).digest('hex'),
          },
          data: body,
        });
      expect((await send('0'.repeat(64))).status()).toBe(401);
      expect((await send(undefined, Math.floor(Date.now() / 1000) - 3600)).status()).toBe(401);
      const answers = [await send(), await send(), await send()];
      expect(answers.map((answer) => answer.status())).toEqual([200, 200, 200]);
      const kept = await sql`select count(*)::int n from kernel.webhook_inbox where delivery_id = ${id}`;
      const told = await sql`
        select count(*)::int n from kernel.outbox
        where name = 'partner/cookies.notified' and data->>'deliveryId' = ${id}`;
      expect([kept[0]!.n, told[0]!.n]).toEqual([1, 1]);
    } finally {
      await sql.end();
    }
  });
});
