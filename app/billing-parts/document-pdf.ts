import 'server-only';
import { getTranslations } from 'next-intl/server';
import { formatMoney } from '#app/ui/format-money.ts';
import type { Locale } from '#app/ui/locales.ts';
import type { Invoice, Item, Statement } from '#lib/billing/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { type Book, headOf } from '#lib/ledger/index.ts';
import { drawPdf, type Paper } from './draw-pdf.ts';
import { entryWords } from './entry-words.tsx';
import { invoiceNumber } from './invoice-number.ts';
import { monthName } from './month-name.ts';

/** An invoice as PDF [US-260]: its frozen lines, and the head of the ledger at its issue. */
export async function invoicePdf(
  ctx: Ctx,
  { invoice, items, clientName }: { invoice: Invoice; items: readonly Item[]; clientName: string },
  locale: Locale,
): Promise<Buffer> {
  const [t, billing, parts] = await Promise.all([
    getTranslations({ locale, namespace: 'ledger.document' }),
    getTranslations({ locale, namespace: 'billing' }),
    commonParts(ctx, 'clients', invoice, locale),
  ]);
  const discountCents = items
    .filter(({ kind }) => kind === 'discount_given')
    .reduce((sum, item) => sum + item.amountCents, 0n);
  const bare = (cents: bigint) => formatMoney(cents, locale, { bare: true });
  return drawPdf({
    ...parts,
    title: t('invoice', { number: invoiceNumber(invoice.number) }),
    facts: [
      [t('to'), clientName],
      [t('issued'), parts.day(invoice.issuedAt)],
      [t('period'), `${parts.instant(invoice.fromAt)} – ${parts.instant(invoice.toAt)}`],
    ],
    rows: items.map((item) => [
      parts.day(item.occurredAt),
      withOutcome(billing, item, entryWords(billing, locale, item)),
      bare(item.amountCents),
    ]),
    sums: [
      ...(discountCents === 0n
        ? []
        : ([
            [billing('invoice.subtotal'), bare(invoice.amountCents - discountCents)],
            [billing('invoice.discount'), bare(discountCents)],
          ] as const)),
      [t('total'), formatMoney(invoice.amountCents, locale)],
    ],
    note: t('taken'),
  });
}

/** A worker's statement as PDF [US-260]. */
export async function statementPdf(
  ctx: Ctx,
  {
    statement,
    items,
    workerName,
    names,
  }: {
    statement: Statement;
    items: readonly Item[];
    workerName: string;
    names: ReadonlyMap<string, string>;
  },
  locale: Locale,
): Promise<Buffer> {
  const [t, billing, parts] = await Promise.all([
    getTranslations({ locale, namespace: 'ledger.document' }),
    getTranslations({ locale, namespace: 'billing' }),
    commonParts(ctx, 'people', statement, locale),
  ]);
  const bare = (cents: bigint) => formatMoney(cents, locale, { bare: true });
  const isPaid = statement.amountCents > 0n;
  return drawPdf({
    ...parts,
    title: t('statement', { month: monthName(statement.period, locale) }),
    facts: [
      [t('worker'), workerName],
      [t('issued'), parts.day(statement.issuedAt)],
      [t('period'), `${parts.instant(statement.fromAt)} – ${parts.instant(statement.toAt)}`],
    ],
    rows: items.map((item) => {
      const giver = typeof item.details.byId === 'string' ? names.get(item.details.byId) : undefined;
      const named = entryWords(billing, locale, item);
      const { reason } = item.details;
      const words =
        item.kind === 'penalty_waived' && typeof reason === 'string' ? `${named}: ${reason}` : named;
      return [
        parts.day(item.occurredAt),
        giver ? `${words} (${billing('money.givenBy', { name: giver })})` : words,
        bare(item.amountCents),
      ];
    }),
    sums: [
      ...(statement.carriedCents === 0n ? [] : ([[t('carried'), bare(statement.carriedCents)]] as const)),
      [t(isPaid ? 'paidOut' : 'carriedOn'), formatMoney(statement.amountCents, locale)],
    ],
    note: isPaid ? t('sent') : '',
  });
}

const withOutcome = (
  t: Awaited<ReturnType<typeof getTranslations<'billing'>>>,
  { kind, details: { outcome } }: Item,
  words: string,
) =>
  kind === 'order_charged' && (outcome === 'failed' || outcome === 'cancelled')
    ? `${words} (${t(`outcomes.${outcome}`)})`
    : words;

async function commonParts(ctx: Ctx, book: Book, { issuedAt }: { issuedAt: Date }, locale: Locale) {
  const [t, timeZone, head] = await Promise.all([
    getTranslations({ locale, namespace: 'ledger.document' }),
    readSetting(ctx, 'time_zone'),
    headOf(ctx, book, issuedAt),
  ]);
  const words = locale === 'en' ? 'en-GB' : locale;
  const day = new Intl.DateTimeFormat(words, { day: 'numeric', month: 'short', year: 'numeric', timeZone });
  const instant = new Intl.DateTimeFormat(words, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return {
    day: (at: Date) => day.format(at),
    instant: (at: Date) => instant.format(at),
    columns: [t('date'), t('what'), t('amount')] as const,
    seal: head && { head: t('seal', { head: `${book} ${head.seq} ${head.hash}` }), why: t('sealWhy') },
    page: (page: number, pages: number) => t('page', { page, pages }),
    language: locale,
    issuedAt,
  } satisfies Partial<Paper> & Record<string, unknown>;
}
