import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { eq } from 'drizzle-orm';
import { connect } from '#db/client.ts';
import { accounts } from '#db/schema/identity.ts';
import { postEndedOrder, requestClose } from '#lib/billing/index.ts';
import { welcomeTester } from '#lib/identity/index.ts';
import { type Ctx, createCtx, uuidv7 } from '#lib/kernel/ctx.ts';
import { expectReadable, mailsTo, picture, setKnobs, signedIn, testersBrowser } from './fixtures.ts';
import { row } from './steps.ts';

// A week and a month of their own, long ago: closing them takes nothing of the other journeys.
const [sunday, month, endedAt] = ['2026-01-11', '2026-01', new Date('2026-01-08T12:00:00Z')];
const share = '74.04';

test('a refund goes back by the way it was paid, and a payout that came back is sent to the account the worker confirms', async ({
  browser,
}) => {
  const { db, close } = connect(process.env.E2E_DATABASE_URL!, { maxConnections: 2 });
  const ctx: Ctx = {
    ...createCtx(db, { kind: 'system', id: 'e2e' }),
    newId: () => uuidv7(new Date()),
  };
  try {
    await setKnobs('gateway', { processMs: 0 });
    await setKnobs('golden-hat', { processMs: 0, returnNext: 1, returnAfterMs: 1000 });
    const idOf = async (email: string) =>
      (await db.select().from(accounts).where(eq(accounts.email, email)))[0]!.id;
    const [workerId, billerId] = [await idOf('dymka@mcf.example'), await idOf('billing@mcf.example')];
    const { accountId: clientId } = await welcomeTester(ctx, {
      subject: 'vasily',
      name: 'Василий Сметанин',
      email: 'vasily@happycatbox.example',
    });
    const end = (requestNumber: string, at: Date) =>
      postEndedOrder(ctx, {
        orderId: randomUUID(),
        clientId,
        workerId,
        outcome: 'completed',
        cause: null,
        requestNumber,
        serviceName: { en: 'Glass off a shelf', ru: 'Стакан с полки' },
        costCents: 12_340n,
        priceCents: 12_340n,
        endedAt: at,
      });
    await end('R-90001', endedAt);
    const biller: Ctx = { ...ctx, actor: { kind: 'account', id: billerId, roles: ['manager', 'billing'] } };
    await requestClose(biller, { kind: 'week', period: sunday });
    await requestClose(biller, { kind: 'month', period: month });

    const billing = await signedIn(browser, 'billing@mcf.example', 'desktop');
    await test.step('billing gives a part back by the way it was paid, and sees it arrive', async () => {
      await expect(async () => {
        await billing.goto('/manage/billing/invoices?state=paid');
        await row(billing, 'Василий Сметанин').getByRole('link').first().click({ timeout: 2000 });
      }).toPass();
      const refund = async (units: string, why: string) => {
        await billing.getByRole('button', { name: 'Refund' }).click();
        const dialog = billing.getByRole('dialog');
        await dialog.getByLabel('Amount in units').fill(units);
        await dialog.getByLabel('Why').fill(why);
        await expect(dialog.getByRole('radio', { name: 'Back by the way it was paid' })).toBeChecked();
        await dialog.getByRole('button', { name: 'Refund' }).click();
        await expect(dialog).toBeHidden();
      };
      // The answer is lost on its way, the page is shown anew, and the form is sent again: one refund.
      await billing.route(
        () => true,
        async (route) => {
          if (route.request().method() !== 'POST') return route.fallback();
          await route.fetch();
          await route.abort();
          await billing.unrouteAll();
        },
      );
      await billing.getByRole('button', { name: 'Refund' }).click();
      const lost = billing.getByRole('dialog');
      await expect(lost).toContainText('At most 123.40\u00a0units. This cannot be undone.');
      await lost.getByLabel('Amount in units').fill('23.40');
      await lost.getByLabel('Why').fill('Half of the glass was left');
      await lost.getByRole('button', { name: 'Refund' }).click();
      await expect(lost.getByText('No answer came')).toBeVisible();
      await billing.keyboard.press('Escape');
      await expect(lost).toBeHidden();
      await expect(billing.getByText(/^23\.40\sunits to/)).toBeVisible();
      await refund('23.40', 'Half of the glass was left');
      await expect(billing.getByText(/^23\.40\sunits to/)).toHaveCount(1);
      await expect(billing.getByText(/^23\.40\sunits to/)).toBeVisible();
      await expect(billing.getByText('Given back, as decided.')).toBeVisible();
      await setKnobs('gateway', { failNext: 1 });
      await billing.getByRole('button', { name: 'Refund' }).click();
      await expect(billing.getByRole('dialog')).toContainText(
        'At most 100.00\u00a0units: 23.40\u00a0units of 123.40\u00a0units was given back before.',
      );
      await billing.keyboard.press('Escape');
      await expect(billing.getByRole('dialog')).toBeHidden();
      await refund('10', 'A splinter');
      await expect(billing.getByText(/^Not possible, as decided\./)).toBeVisible();
      await expectReadable(billing);
      await picture(billing, 'refunds-of-an-invoice');
      await billing.goto('/manage/billing/refunds');
      await expect(row(billing, '23.40')).toContainText('Given back');
      await expect(row(billing, '10.00')).toContainText('lowers the next invoice');
      await expectReadable(billing);
    });

    await test.step('a worker is found by name and given a bonus, which says who and why [US-270]', async () => {
      await billing.goto('/manage/billing/bonuses');
      await billing.getByRole('link', { name: 'Give a bonus' }).click();
      await billing.getByRole('searchbox', { name: 'Find a worker by name' }).fill('ryz');
      await billing.keyboard.press('Enter');
      await expect(billing.getByRole('button', { name: 'Give a bonus' })).toHaveCount(1);
      await expectReadable(billing);
      await row(billing, 'Ryzhik').getByRole('button', { name: 'Give a bonus' }).click();
      const dialog = billing.getByRole('dialog', { name: 'Give Ryzhik a bonus' });
      await dialog.getByLabel('Amount').fill('12.50');
      await dialog.getByLabel('Why').fill('Carried the glass back up');
      await expectReadable(billing);
      await dialog.getByRole('button', { name: 'Give a bonus' }).click();
      await expect(dialog).toBeHidden();
      await billing.getByRole('main').getByRole('link', { name: 'Bonuses' }).click();
      await expect(row(billing, 'Carried the glass back up')).toContainText(/Ryzhik.*Bela Pennypaw.*12\.50/);
    });

    await test.step('the client reads both, and what is in their favour', async () => {
      const { page, context } = await testersBrowser(browser, 'vasily');
      await page.goto('/sign-in/hcb');
      await page.goto('/invoices');
      await expect(page.getByText('10.00 units in your favour: taken off your next invoices')).toBeVisible();
      await expect(page.getByRole('row').filter({ hasText: /Paid.*123\.40/ })).toBeVisible();
      await expectReadable(page);
      // The books are not theirs, nor a file of them.
      const books = await page.request.get('/manage/billing/entries.csv');
      expect([new URL(books.url()).pathname, await books.text()]).toEqual([
        '/sign-in/elsewhere',
        expect.not.stringContaining('R-90001'),
      ]);
      const mails = async () => (await mailsTo('vasily@happycatbox.example')).map(({ subject }) => subject);
      await expect
        .poll(mails)
        .toEqual(
          expect.arrayContaining([
            '23.40\u00a0units has been given back to you',
            'Your next invoice is lower by 10.00\u00a0units',
          ]),
        );
      await context.close();
    });

    await test.step('billing sends the one that failed again, and it arrives', async () => {
      await billing.goto('/manage/billing/refunds?state=failed');
      await picture(billing, 'refunds-failed');
      await row(billing, '10.00').getByRole('button', { name: 'Send again' }).click();
      const dialog = billing.getByRole('dialog');
      await expect(dialog).toContainText('Send 10.00\u00a0units back again?');
      await dialog.getByRole('button', { name: 'Send again' }).click();
      await expect(dialog).toBeHidden();
      await billing.goto('/manage/billing/refunds?state=sent');
      await expect(row(billing, '10.00')).toContainText('Given back');
      await expectReadable(billing);
    });

    await test.step('the payout came back: the worker is asked for an account that works, and is paid there', async () => {
      const worker = await signedIn(browser, 'dymka@mcf.example', 'phone');
      await expect(async () => {
        await worker.goto('/work/money');
        await expect(worker.getByText('A payout came back: please confirm your account')).toBeVisible({
          timeout: 1000,
        });
      }).toPass();
      await expect(worker.getByText(/the account is closed/)).toBeVisible();
      await expectReadable(worker);
      await billing.goto('/manage/billing/payouts?state=failed');
      await expect(row(billing, share)).toContainText('the account is closed');
      await row(billing, share).getByRole('link').first().click();
      await expect(billing.getByText('The payout came back: the account is closed')).toBeVisible();
      await expectReadable(billing);

      await worker.getByRole('link', { name: 'Change' }).first().click();
      await worker.getByLabel('Golden Hat account').fill('GH-DEMO-4711');
      await worker.getByLabel('Name on the account').fill('Dymka');
      await worker.getByRole('button', { name: 'Send me the link' }).click();
      const link = async () =>
        (await mailsTo('dymka@mcf.example'))
          .map(({ text }) => /\S+\/work\/money\/details\/\S+/.exec(text)?.[0])
          .find(Boolean);
      await expect.poll(async () => (await link()) ?? '').toContain('/work/money/details/');
      await worker.goto((await link())!);
      await worker.getByRole('button', { name: 'Yes, pay me there' }).click();
      await expect(async () => {
        await worker.goto('/work/money');
        await expect(worker.getByRole('link').filter({ hasText: share })).toContainText('Paid', {
          timeout: 1000,
        });
      }).toPass();
      await expect(worker.getByText('A payout came back')).toHaveCount(0);
      await worker.context().close();
    });

    await test.step('the trial balance of a past day opens what had happened by its end', async () => {
      await billing.goto('/manage/billing');
      await billing.getByLabel('At the end of').fill('2026-01-31');
      await billing.getByRole('region', { name: 'Trial balance' }).getByRole('button').click();
      await expect(billing).toHaveURL(/day=2026-01-31/);
      await expect(billing.getByText('Balanced')).toHaveCount(2);
      await expectReadable(billing);
      await picture(billing, 'trial-balance-of-a-day');
      const revenue = billing
        .getByRole('table', { name: 'Clients' })
        .getByRole('row')
        .filter({ hasText: 'Revenue' });
      const cents = (await revenue.getByRole('cell').last().textContent())!.replace('−', '');
      await revenue.getByRole('link').click();
      await expect(billing).toHaveURL(/to=2026-01-31/);
      await expect(left(billing)).toHaveText(cents);
      await picture(billing, 'entries-until-a-day');
    });

    await test.step('an accountant gets the journal of a month: whole entries, and both sides alike', async () => {
      await billing.goto('/manage/billing');
      await billing.getByLabel('From').fill('2026-01-31');
      await billing.getByLabel('To, that day too').fill('2026-01-01');
      await billing.getByRole('button', { name: 'Download CSV' }).click();
      await expect(billing.getByText('These days make no period')).toBeVisible();
      await expectReadable(billing);
      await billing.goto('/manage/billing');
      await billing.getByLabel('From').fill('2026-01-01');
      await billing.getByLabel('To, that day too').fill('2026-01-31');
      const [cells, name] = await downloaded(billing, () =>
        billing.getByRole('button', { name: 'Download CSV' }).click(),
      );
      expect(name).toBe('entries-2026-01-01-2026-01-31.csv');
      const [head, ...lines] = cells;
      const column = (title: string) => lines.map((line) => line[head!.indexOf(title)]!);
      expect(column('document')).toContain('R-90001');
      expect(column('occurred').every((at) => at.startsWith('2026-01-'))).toBe(true);
      expect(column('Account').every((id) => /^(clients|people):/.test(id))).toBe(true);
      const total = (title: string) =>
        column(title).reduce((sum, units) => sum + BigInt(units.replace('.', '')), 0n);
      expect(total('Debit')).toBeGreaterThan(0n);
      expect(total('Debit')).toBe(total('Credit'));
    });

    await test.step('the worker reads every movement with what is owed after it, and takes them along as a file', async () => {
      const worker = await signedIn(browser, 'dymka@mcf.example', 'phone');
      await worker.goto('/work/money');
      await worker.getByRole('link', { name: 'All movements' }).click();
      const movements = worker.getByRole('list', { name: 'Movements' }).getByRole('listitem');
      await expect(movements.filter({ hasText: 'R-90001' })).toContainText(`+${share}`);
      await expect(movements.filter({ hasText: 'Payout sent' }).first()).toContainText('Balance: 0.00');
      await expectReadable(worker);
      await picture(worker, 'worker-movements');
      const [[, ...lines]] = await downloaded(worker, () =>
        worker.getByRole('link', { name: 'Download CSV' }).click(),
      );
      expect(lines).toHaveLength(await movements.count());
      expect(lines.find((line) => line[2]!.includes('R-90001'))!.slice(3)).toEqual([share, share]);
      await worker.context().close();
    });
    await test.step('every figure opens its entries: a line of an invoice, and the revenue of a week', async () => {
      await billing.goto('/manage/billing/invoices?state=paid');
      await row(billing, 'Василий Сметанин').getByRole('link').first().click();
      await billing.getByRole('table').getByRole('link', { name: 'Glass off a shelf' }).click();
      await expect(billing.getByRole('heading', { level: 1 })).toHaveText(
        'Entries: Owed by clients: Василий Сметанин',
      );
      await expect(left(billing)).toHaveText('123.40');
      await expectReadable(billing);
      await billing.getByRole('link', { name: 'Glass off a shelf' }).click();
      await expect(billing.getByRole('heading', { level: 1 })).toHaveText('Entries that belong together');
      await expect(row(billing, 'Earnings')).toContainText(share);

      await end('R-90002', new Date(Date.now() - 20 * 86_400_000));
      await billing.goto('/manage/billing');
      const week = billing
        .getByRole('table', { name: 'Revenue and cost by week' })
        .getByRole('row')
        .filter({ has: billing.getByRole('link', { name: /[1-9]/ }) })
        .last();
      for (const figure of ['revenue', 'cost'] as const) {
        await billing.goto('/manage/billing');
        const link = week.getByRole('link').nth(figure === 'revenue' ? 0 : 1);
        const cents = (await link.textContent())!.replace('−', '');
        await link.click();
        await expect(billing).toHaveURL(/from=.*to=/);
        await expect(left(billing)).toHaveText(cents);
        await expectReadable(billing);
        await picture(billing, `entries-of-${figure}`);
      }
    });

    await billing.context().close();
  } finally {
    await setKnobs('golden-hat', { returnNext: 0, processMs: 1500 });
    await setKnobs('gateway', { failNext: 0, processMs: 1500 });
    await close();
  }
});

/** What all entries shown come to, on whichever side. */
const left = (page: Page) =>
  page
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: 'Balance' }) })
    .getByRole('cell')
    .filter({ hasText: /./ });

/** The cells of a CSV file that a click fetches, and its name. */
async function downloaded(page: Page, click: () => Promise<void>): Promise<[rows: string[][], name: string]> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  const text = readFileSync((await download.path())!, 'utf8').replace(/^\uFEFF/, '');
  const rows = text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.slice(1, -1).split('","'));
  return [rows, download.suggestedFilename()];
}
