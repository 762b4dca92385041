import { getTranslations } from 'next-intl/server';
import { asRows, csvAmount, csvResponse } from '#app/billing-parts/csv.ts';
import { requireCtx } from '#app/session.ts';
import { ages, exportReceivables } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';

export const dynamic = 'force-dynamic';

/** What every client owes by age, as CSV for accountants, in the order of their accounts. */
export async function GET(): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const t = await getTranslations('billing');
  const head = [
    t('columns.client'),
    t('columns.account'),
    ...ages.map((age) => t(`manage.ages.${age}`)),
    t('manage.sum'),
  ];
  const rows = asRows(exportReceivables(ctx), async (page) => {
    const names = await accountNames(
      ctx,
      page.map(({ clientId }) => clientId),
    );
    return page.map(({ clientId, cents, totalCents }) => [
      names.get(clientId) ?? '',
      `clients:receivable:${clientId}`,
      ...ages.map((age) => csvAmount(cents[age])),
      csvAmount(totalCents),
    ]);
  });
  return csvResponse('receivables.csv', head, rows);
}
