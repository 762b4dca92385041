import { getTranslations } from 'next-intl/server';
import { asRows, csvAmount, csvResponse, csvTime } from '#app/billing-parts/csv.ts';
import { requireCtx } from '#app/session.ts';
import { documentStates, exportStatements } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { readSetting } from '#lib/kernel/settings.ts';

export const dynamic = 'force-dynamic';

/** Statements of all workers with their payouts as CSV, newest first, in the state that the list shows. */
export async function GET(request: Request): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const [t, zone] = await Promise.all([getTranslations('billing'), readSetting(ctx, 'time_zone')]);
  const asked = new URL(request.url).searchParams.get('state');
  const state = documentStates.find((each) => each === asked);
  const head = [
    t('columns.worker'),
    t('columns.account'),
    t('columns.month'),
    t('statement.issued'),
    t('columns.state'),
    t('csv.attempts'),
    t('csv.paid'),
    t('statement.carried'),
    t('columns.amount'),
  ];
  const rows = asRows(exportStatements(ctx, { state }), async (page) => {
    const names = await accountNames(
      ctx,
      page.map(({ workerId }) => workerId),
    );
    return page.map((row) => [
      names.get(row.workerId) ?? '',
      `people:payable:${row.workerId}`,
      row.period,
      csvTime(row.issuedAt, zone),
      t(`statementStates.${row.state}`),
      String(row.attemptsCount),
      csvTime(row.paidAt, zone),
      csvAmount(row.carriedCents),
      csvAmount(row.amountCents),
    ]);
  });
  return csvResponse('payouts.csv', head, rows);
}
