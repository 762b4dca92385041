import { expect, type Page, test } from '@playwright/test';
import {
  expectReadable,
  inMinutes,
  mailsTo,
  photo,
  picture,
  setKnobs,
  signedIn,
  testersBrowser,
} from './fixtures.ts';

// Computed by hand: 100 units, no discount at the first order; the worker earns 60 %; the stakes are 10 and 4 against.
const price = '100.00';
const earned = '60.00';
const place = `Tower 2, floor 3, shelf ${Date.now() % 100_000}`;

/** One row of a table or list, by a text in it. */
const row = (page: Page, text: string | RegExp) => page.getByRole('row').filter({ hasText: text });

test('one order, from the click to the settled money', async ({ browser }) => {
  test.setTimeout(300_000);
  await setKnobs('cookies', { bakeSeconds: 2 });
  await setKnobs('gateway', { processMs: 200 });
  await setKnobs('golden-hat', { processMs: 200 });

  const staff = await signedIn(browser, 'staff@mcf.example', 'tablet');
  const manager = await signedIn(browser, 'manager@mcf.example', 'desktop');
  const billing = await signedIn(browser, 'billing@mcf.example', 'desktop');
  const { page: client } = await testersBrowser(browser, 'murka');
  await expect(staff.getByRole('heading', { name: 'Jobs' })).toBeVisible();
  let number = '';

  await test.step('a client comes in without a form and requests help [US-010][US-020]', async () => {
    await client.goto('/orders');
    await expect(client.getByRole('heading', { name: 'Your orders' })).toBeVisible();
    await expectReadable(client);
    await client.getByRole('link', { name: 'Request help' }).first().click();
    await client.getByRole('radio', { name: /glass/i }).first().check();
    await client
      .getByLabel('What is to be done')
      .fill('The tall glass on the left, while Boris is watching.');
    await client.getByRole('textbox', { name: 'When' }).fill(inMinutes(25));
    await client.getByRole('textbox', { name: 'Where' }).fill(place);
    await client.getByLabel('Whom to ask on the spot').fill('Boris, ext. 12');
    await expect(client.getByText(price)).toBeVisible();
    await expectReadable(client);
    await client.getByRole('button', { name: 'Request help' }).click();
    await expect(client).toHaveURL(/\/orders\/[0-9a-f-]{36}/);
  });

  const workerName = await test.step('worker and price appear by themselves [US-072]', async () => {
    await expect(client.getByText('Assigned', { exact: true }).first()).toBeVisible();
    await expect(client.getByRole('definition').filter({ hasText: price })).toBeVisible();
    const heading = await client.getByRole('heading', { name: /takes it on/ }).textContent();
    number = /Request (\S+?),/.exec((await client.locator('main').textContent())!)![1]!;
    await expectReadable(client);
    await picture(client, 'client-order');
    return heading!.replace(' takes it on', '');
  });

  await test.step('two managers stake against each other; nobody else finds the page [US-280]', async () => {
    for (const [page, ending, amount] of [
      [manager, 'Completed', '10'],
      [billing, 'Failed', '4'],
    ] as const) {
      await page.goto('/manage/bets');
      await row(page, number).getByRole('button', { name: 'Stake' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('radio', { name: ending }).check();
      await dialog.getByLabel('Amount in units').fill(amount);
      await dialog.getByRole('button', { name: 'Place the stake' }).click();
      await expect(row(page, number)).toContainText(`${amount}.00`);
    }
    await expectReadable(manager);
    for (const outsider of [client, staff]) {
      // Straight away, like any unknown address: not sent to another page first.
      const answer = await outsider.request.get('/manage/bets', { maxRedirects: 0 });
      expect(answer.status()).toBe(404);
    }
  });

  await test.step('the warehouse assembles, and the worker signs [US-150][US-160][US-170]', async () => {
    // The board was open all the time: the job has announced itself.
    await expect(staff.getByRole('article').filter({ hasText: number })).toBeVisible();
    await expectReadable(staff);
    await picture(staff, 'warehouse-board');
    await staff.getByRole('article').filter({ hasText: number }).getByRole('link').click();
    await expect(staff.getByRole('heading', { name: 'Kit', exact: true })).toBeVisible();
    await expect(staff.getByText('Arrived').first()).toBeVisible({ timeout: 30_000 });
    for (const box of await staff.getByRole('checkbox').all()) {
      await box.press('Space');
      await expect(box).toBeChecked();
    }
    await expectReadable(staff);
    await staff.getByRole('button', { name: 'Hand over' }).click();
    const pad = await staff.getByRole('dialog').locator('canvas').boundingBox();
    await staff.mouse.move(pad!.x + 30, pad!.y + 40);
    await staff.mouse.down();
    await staff.mouse.move(pad!.x + 160, pad!.y + 70, { steps: 5 });
    await staff.mouse.up();
    await staff.getByRole('dialog').getByRole('button', { name: 'Issued' }).click();
    await expect(staff.getByText('Issued', { exact: true }).first()).toBeVisible();
  });

  const worker = await signedIn(browser, `${workerName.toLowerCase()}@mcf.example`, 'phone');

  await test.step('the worker starts with a photo, and proves the work with the signed report [US-180]', async () => {
    await worker.goto('/work');
    await expectReadable(worker);
    await worker.getByRole('listitem').filter({ hasText: place }).getByRole('link').click();
    await expect(worker.getByRole('button', { name: 'Started' })).toBeVisible();
    await picture(worker, 'worker-order');
    await expectReadable(worker);
    await worker.getByLabel('Photo of the place').setInputFiles(await photo('#446688'));
    await worker.getByRole('button', { name: 'Started' }).click();
    await expect(client.getByText('In progress', { exact: true }).first()).toBeVisible();
    await worker.getByLabel('Photo of the signed report').setInputFiles(await photo('#ddccaa'));
    await worker.getByRole('button', { name: 'Done' }).click();
  });

  await test.step('the client sees the proof and confirms', async () => {
    await expect(client.getByText('Reported', { exact: true }).first()).toBeVisible();
    await expect(client.getByRole('img', { name: /Signed report/ })).toBeVisible();
    await client.getByRole('button', { name: 'Confirm it is done' }).click();
    await expect(client.getByText('Completed', { exact: true }).first()).toBeVisible();
    await expectReadable(client);
  });

  await test.step('the pool goes to the one who was right, to the last minor unit [US-290]', async () => {
    await manager.goto('/manage/bets');
    await expect(manager.getByText('+4.00').first()).toBeVisible();
    await expect(manager.getByText('−4.00').first()).toBeVisible();
  });

  await test.step('the week is closed: invoice, charge, entries [US-030][US-220]', async () => {
    await billing.goto('/manage/billing');
    await billing.getByRole('button', { name: 'Close a week' }).click();
    await billing.getByRole('dialog').getByRole('button', { name: 'Close the week' }).click();
    await client.goto('/invoices');
    await expect(row(client, price).filter({ hasText: 'Paid' }).first()).toBeVisible({ timeout: 30_000 });
    await expectReadable(client);
  });

  await test.step('the month is closed: statement and payout [US-230][US-240]', async () => {
    await billing.goto('/manage/billing');
    await billing.getByRole('button', { name: 'Close a month' }).click();
    await billing.getByRole('dialog').getByRole('button', { name: 'Close the month' }).click();
    await worker.goto('/work/money');
    await expect(
      worker.getByRole('link', { name: new RegExp(`${earned}.*Paid|Paid.*${earned}`, 's') }),
    ).toBeVisible({
      timeout: 30_000,
    });
    await expectReadable(worker);
  });

  await test.step('the books balance, and say what was computed by hand', async () => {
    await billing.goto('/manage/billing');
    const clients = billing.getByRole('table', { name: /Clients/ });
    await expect(clients.getByRole('row', { name: /Revenue/ })).toContainText(price);
    await expect(clients.getByRole('row', { name: /Received/ })).toContainText(price);
    const people = billing.getByRole('table', { name: /Workers/ });
    await expect(people.getByRole('row', { name: /Earnings/ })).toContainText(earned);
    await expect(people.getByRole('row', { name: /Paid out/ })).toContainText(earned);
    await expect(billing.getByText('Balanced')).toHaveCount(2);
    await expect(billing.getByText('Not zero')).toHaveCount(0);
    await expectReadable(billing);
    await picture(billing, 'manager-billing');
  });

  await test.step('every entry is read again, and nothing is wrong', async () => {
    await billing.goto('/manage/billing/check');
    await billing.getByRole('button', { name: 'Check now' }).click();
    await expect(billing.getByText('Nothing is wrong').first()).toBeVisible({ timeout: 30_000 });
    await expectReadable(billing);
  });

  await test.step('invoice and statement are PDFs, in both languages, for their readers only [US-260]', async () => {
    await client.goto('/invoices');
    await client.getByRole('link', { name: /MCF-/ }).first().click();
    await worker.goto('/work/money');
    await worker
      .getByRole('link', { name: new RegExp(earned) })
      .last()
      .click();
    for (const reader of [client, worker]) {
      const address = (await reader.getByRole('link', { name: 'PDF', exact: true }).getAttribute('href'))!;
      for (const language of ['en', 'ru']) {
        const answer = await reader.request.get(`${address}?lang=${language}`);
        expect(answer.headers()['content-type']).toBe('application/pdf');
        expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-');
      }
      expect((await billing.request.get(address)).status()).toBe(200);
      for (const outsider of [staff, reader === client ? worker : client])
        expect((await outsider.request.get(address)).status()).toBe(404);
    }
  });

  await test.step('everybody was told', async () => {
    await expect.poll(async () => (await mailsTo('murka@happycatbox.example')).length).toBeGreaterThan(2);
    await expect
      .poll(async () => (await mailsTo(`${workerName.toLowerCase()}@mcf.example`)).length)
      .toBeGreaterThan(1);
    // The invoice and the statement go with their mails.
    for (const address of ['murka@happycatbox.example', `${workerName.toLowerCase()}@mcf.example`])
      await expect
        .poll(async () => (await mailsTo(address)).flatMap(({ attachments }) => attachments))
        .toContainEqual(expect.objectContaining({ filename: expect.stringMatching(/^MCF-[\d-]+\.pdf$/) }));
  });
});
