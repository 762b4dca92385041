import { getTranslations } from 'next-intl/server';
import { csv, csvAmount, csvResponse } from '#app/billing-parts/csv.ts';
import { requireCtx } from '#app/session.ts';
import { ages, receivables } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';

export const dynamic = 'force-dynamic';

const mostRows = 10_000;

/** What clients owe by age, as CSV for accountants, at most 10,000 clients. */
export async function GET(): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const [t, { rows }] = await Promise.all([
    getTranslations('billing'),
    receivables(ctx, { limit: mostRows }),
  ]);
  const names = await accountNames(
    ctx,
    rows.map(({ clientId }) => clientId),
  );
  const head = [
    t('columns.client'),
    t('columns.account'),
    ...ages.map((age) => t(`manage.ages.${age}`)),
    t('manage.sum'),
  ];
  const body = rows.map(({ clientId, cents, totalCents }) => [
    names.get(clientId) ?? '',
    `clients:receivable:${clientId}`,
    ...ages.map((age) => csvAmount(cents[age])),
    csvAmount(totalCents),
  ]);
  return csvResponse('receivables.csv', csv([head, ...body]));
}
