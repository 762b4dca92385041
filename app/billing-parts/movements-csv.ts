import { getLocale, getTranslations } from 'next-intl/server';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import type { Movement } from '#lib/ledger/index.ts';
import { asRows, csvAmount, csvResponse, csvTime } from './csv.ts';
import { entryWords } from './entry-words.tsx';

/** Somebody's movements as CSV, however many, with the balance after each [US-260]. */
export async function movementsCsv(
  ctx: Ctx,
  movements: AsyncIterable<readonly Movement[]>,
): Promise<Response> {
  const [t, locale, zone] = await Promise.all([
    getTranslations('billing'),
    getLocale(),
    readSetting(ctx, 'time_zone'),
  ]);
  const head = (['when', 'kind', 'what', 'amount', 'balance'] as const).map((key) => t(`csv.${key}`));
  const rows = asRows(movements, (page) =>
    page.map((row) => [
      csvTime(row.occurredAt, zone),
      t(`kinds.${row.kind}` as never),
      entryWords(t, locale, row),
      csvAmount(row.amountCents),
      csvAmount(row.balanceCents),
    ]),
  );
  return csvResponse('movements.csv', head, rows);
}
