import { getTranslations } from 'next-intl/server';
import { asRows, csvAmount, csvResponse, csvTime } from '#app/billing-parts/csv.ts';
import { invoiceNumber } from '#app/billing-parts/invoice-number.ts';
import { requireCtx } from '#app/session.ts';
import { exportRefunds, refundStates } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { readSetting } from '#lib/kernel/settings.ts';

export const dynamic = 'force-dynamic';

/** Money that went back to clients as CSV, newest first, in the state that the list shows. */
export async function GET(request: Request): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const [t, zone] = await Promise.all([getTranslations('billing'), readSetting(ctx, 'time_zone')]);
  const asked = new URL(request.url).searchParams.get('state');
  const state = refundStates.find((each) => each === asked);
  const head = [
    t('columns.client'),
    t('columns.account'),
    t('manage.refunds.invoice'),
    t('manage.refunds.cause'),
    t('columns.state'),
    t('columns.when'),
    t('csv.settled'),
    t('columns.amount'),
  ];
  const rows = asRows(exportRefunds(ctx, { state }), async (page) => {
    const names = await accountNames(
      ctx,
      page.map(({ clientId }) => clientId),
    );
    return page.map((row) => [
      names.get(row.clientId) ?? '',
      `clients:receivable:${row.clientId}`,
      invoiceNumber(row.invoiceNumber),
      t(`manage.refunds.causes.${row.cause}`),
      t(`refunds.states.${row.state}`),
      csvTime(row.createdAt, zone),
      csvTime(row.settledAt, zone),
      csvAmount(row.amountCents),
    ]);
  });
  return csvResponse('refunds.csv', head, rows);
}
