import { getLocale, getTranslations } from 'next-intl/server';
import { csv, csvAmount, csvResponse } from '#app/billing-parts/csv.ts';
import { entryWords } from '#app/billing-parts/entry-words.tsx';
import { requireCtx } from '#app/session.ts';
import { myMovements } from '#lib/billing/index.ts';

export const dynamic = 'force-dynamic';

const mostRows = 5000;

/** The client's movements as CSV, newest first, at most 5,000 [US-260]. */
export async function GET(): Promise<Response> {
  const ctx = await requireCtx('client');
  const [t, locale] = await Promise.all([getTranslations('billing'), getLocale()]);
  const { rows } = await myMovements(ctx, { limit: mostRows });
  const head = (['when', 'kind', 'what', 'amount', 'balance'] as const).map((key) => t(`csv.${key}`));
  const body = rows.map((row) => [
    row.occurredAt.toISOString(),
    t(`kinds.${row.kind}` as never),
    entryWords(t, locale, row),
    csvAmount(row.amountCents),
    csvAmount(row.balanceCents),
  ]);
  return csvResponse('movements.csv', csv([head, ...body]));
}
