import { notFound, redirect } from 'next/navigation';
import { getLocale, getTranslations } from 'next-intl/server';
import { accountWords } from '#app/billing-parts/account-words.ts';
import { asRows, csvAmount, csvResponse, csvTime } from '#app/billing-parts/csv.ts';
import { entriesHref, entriesQuery } from '#app/billing-parts/entries-href.ts';
import { entryDocument } from '#app/billing-parts/entry-document.ts';
import { entryWords } from '#app/billing-parts/entry-words.tsx';
import { requireCtx } from '#app/session.ts';
import { exportEntries } from '#lib/billing/index.ts';
import { accountNames } from '#lib/identity/index.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { parseAccountId } from '#lib/ledger/index.ts';

export const dynamic = 'force-dynamic';

/** A journal for accountants, oldest first, a row for each line: of a period, of accounts, or of everything. */
export async function GET(request: Request): Promise<Response> {
  const ctx = await requireCtx('manager', 'billing');
  const [t, locale, zone] = await Promise.all([
    getTranslations('billing'),
    getLocale(),
    readSetting(ctx, 'time_zone'),
  ]);
  const { searchParams } = new URL(request.url);
  const query = entriesQuery({
    ...Object.fromEntries(searchParams),
    account: searchParams.getAll('account'),
  });
  const head = [
    t('columns.entry'),
    t('csv.occurred'),
    t('csv.posted'),
    t('csv.book'),
    t('csv.kind'),
    t('csv.document'),
    t('csv.subject'),
    t('csv.what'),
    t('columns.account'),
    t('csv.accountName'),
    t('columns.debit'),
    t('columns.credit'),
    t('columns.posted'),
  ];
  const rows = asRows(exportEntries(ctx, query), async (entries) => {
    const parties = entries.flatMap(({ lines }) =>
      lines.map(({ account }) => parseAccountId(account)?.party ?? ''),
    );
    const names = await accountNames(ctx, [...parties, ...entries.map(({ actorId }) => actorId)]);
    return entries.flatMap((entry) =>
      entry.lines.map((line) => [
        entry.id,
        csvTime(entry.occurredAt, zone),
        csvTime(entry.recordedAt, zone),
        t(`manage.books.${entry.book as 'clients'}`),
        t(`kinds.${entry.kind}` as never),
        entryDocument(entry),
        entry.subject,
        entryWords(t, locale, entry),
        line.account,
        accountWords(t, names, line.account),
        csvAmount(line.amountCents > 0n ? line.amountCents : 0n),
        csvAmount(line.amountCents < 0n ? -line.amountCents : 0n),
        names.get(entry.actorId) ?? entry.actorId,
      ]),
    );
  });
  const day = /^\d{4}-\d\d-\d\d/;
  const name = ['entries', query.from?.match(day)?.[0], query.to?.match(day)?.[0]].filter(Boolean).join('-');
  return csvResponse(`${name}.csv`, head, rows).catch((error) => {
    if (!(error instanceof Refused)) throw error;
    // The screen says what is wrong with the days.
    if (error.code === 'billing.not_a_period') redirect(entriesHref(query));
    notFound();
  });
}
