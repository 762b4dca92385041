import { randomUUID } from 'node:crypto';
import { expect, test } from '@playwright/test';
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
    await postEndedOrder(ctx, {
      orderId: randomUUID(),
      clientId,
      workerId,
      outcome: 'completed',
      cause: null,
      requestNumber: 'R-90001',
      serviceName: { en: 'Glass off a shelf', ru: 'Стакан с полки' },
      costCents: 12_340n,
      priceCents: 12_340n,
      endedAt,
    });
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
      await refund('10', 'A splinter');
      await expect(billing.getByText(/^Not possible, as decided\./)).toBeVisible();
      await expectReadable(billing);
      await picture(billing, 'refunds-of-an-invoice');
      await billing.goto('/manage/billing/refunds');
      await expect(row(billing, '23.40')).toContainText('Given back');
      await expect(row(billing, '10.00')).toContainText('lowers the next invoice');
      await expectReadable(billing);
    });

    await test.step('the client reads both, and what is in their favour', async () => {
      const { page, context } = await testersBrowser(browser, 'vasily');
      await page.goto('/sign-in/hcb');
      await page.goto('/invoices');
      await expect(page.getByText('10.00 units in your favour: taken off your next invoices')).toBeVisible();
      await expect(page.getByRole('row').filter({ hasText: /Paid.*123\.40/ })).toBeVisible();
      await expectReadable(page);
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
    await billing.context().close();
  } finally {
    await setKnobs('golden-hat', { returnNext: 0, processMs: 1500 });
    await setKnobs('gateway', { failNext: 0, processMs: 1500 });
    await close();
  }
});
