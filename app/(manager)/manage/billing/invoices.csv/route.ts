import { getTranslations } from 'next-intl/server';
import { asRows, csvAmount, csvResponse, csvTime } from '#app/billing-parts/csv.ts';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { requireCtx } from '#app/session.ts';
import { documentStates, exportInvoices } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { readSetting } from '#lib/kernel/settings.ts';

export const dynamic = 'force-dynamic';

/** Invoices of all clients as CSV, newest first, in the state that the list shows. */
export async function GET(request: Request): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const [t, zone] = await Promise.all([getTranslations('billing'), readSetting(ctx, 'time_zone')]);
  const asked = new URL(request.url).searchParams.get('state');
  const state = documentStates.find((each) => each === asked);
  const head = [
    t('columns.number'),
    t('columns.client'),
    t('columns.account'),
    t('columns.week'),
    t('invoice.issued'),
    t('columns.state'),
    t('csv.attempts'),
    t('csv.paid'),
    t('columns.amount'),
  ];
  const rows = asRows(exportInvoices(ctx, { state }), async (page) => {
    const names = await accountNames(
      ctx,
      page.map(({ clientId }) => clientId),
    );
    return page.map((row) => [
      invoiceNumber(row.number),
      names.get(row.clientId) ?? '',
      `clients:receivable:${row.clientId}`,
      row.period,
      csvTime(row.issuedAt, zone),
      t(`states.${row.state}`),
      String(row.attemptsCount),
      csvTime(row.paidAt, zone),
      csvAmount(row.amountCents),
    ]);
  });
  return csvResponse('invoices.csv', head, rows);
}
