import { notFound } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { csv, csvAmount, csvResponse } from '#app/billing-parts/csv.ts';
import { entryWords } from '#app/billing-parts/entry-words.tsx';
import { requireCtx } from '#app/session.ts';
import { readEntries } from '#lib/billing/index.ts';
import { Refused } from '#lib/kernel/refused.ts';

export const dynamic = 'force-dynamic';

const pageSize = 500;
const mostPages = 20;

/** The entries of an account or of a kind of account as CSV, a row for each line, newest first, at most 10,000 entries. */
export async function GET(request: Request): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const [t, locale] = await Promise.all([getTranslations('billing'), getLocale()]);
  const account = (new URL(request.url).searchParams.get('account') ?? '').slice(0, 200);
  const rows: string[][] = [];
  for (let page = 0; page < mostPages; page++) {
    const { entries } = await readEntries(ctx, account, { limit: pageSize, offset: page * pageSize }).catch(
      (error) => {
        if (error instanceof Refused) notFound();
        throw error;
      },
    );
    for (const entry of entries)
      for (const line of entry.lines)
        rows.push([
          entry.occurredAt.toISOString(),
          entry.id,
          entry.kind,
          entryWords(t, locale, entry),
          line.account,
          csvAmount(line.amountCents > 0n ? line.amountCents : 0n),
          csvAmount(line.amountCents < 0n ? -line.amountCents : 0n),
        ]);
    if (entries.length < pageSize) break;
  }
  const head = [
    t('csv.when'),
    t('columns.entry'),
    t('csv.kind'),
    t('csv.what'),
    t('columns.account'),
    t('columns.debit'),
    t('columns.credit'),
  ];
  return csvResponse('entries.csv', csv([head, ...rows]));
}
