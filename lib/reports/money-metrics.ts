import { sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { outboxAgeSeconds } from '#lib/kernel/outbox.ts';
import { bookFigures, openBooks } from '#lib/ledger/index.ts';

export type Metric = {
  name: string;
  help: string;
  values: { labels?: Record<string, string>; value: number }[];
};

/** What a monitor asks every minute about the money and the work behind it; counts go along partial indexes. */
export async function moneyMetrics(ctx: Ctx): Promise<Metric[]> {
  requireRole(ctx, 'system');
  const [books, outboxAge, [row]] = await Promise.all([
    Promise.all(openBooks.map((book) => bookFigures(ctx, book))),
    outboxAgeSeconds(ctx.db),
    ctx.db.execute<Record<string, string | null>>(sql`
      select (select count(*) from billing.attempts where state = 'parked') as parked,
        (select count(*) from billing.discrepancies where resolved_at is null) as discrepancies,
        (select count(*) from billing.pauses where decided_at is null) as paused,
        (select count(*) from billing.period_closes where finished_at is null) as closing,
        last.problems, extract(epoch from ${ctx.now.toISOString()}::timestamptz - last.at) as age
      from (select 1) one left join lateral (select at, report->>'problemsCount' as problems
        from ledger.verifications order by at desc, id desc limit 1) last on true`),
  ]);
  const ofBooks = (value: (book: (typeof books)[number]) => number) =>
    books.map((book) => ({ labels: { book: book.book }, value: value(book) }));
  const one = (value: string | number | null | undefined) =>
    value === null || value === undefined ? [] : [{ value: Number(value) }];
  const ageOf = (at: Date) => Math.max(0, (ctx.now.getTime() - at.getTime()) / 1000);
  return [
    {
      name: 'mcf_ledger_sum_cents',
      help: 'Sum of all lines of a book; anything but zero is a fault.',
      values: ofBooks(({ sumCents }) => Number(sumCents)),
    },
    {
      name: 'mcf_ledger_unsealed_age_seconds',
      help: 'How long the oldest entry without a seal has waited.',
      values: ofBooks(({ unsealedAgeSeconds }) => unsealedAgeSeconds),
    },
    {
      name: 'mcf_ledger_seal_age_seconds',
      help: 'Since the head of a book was sealed and written down outside.',
      values: books.flatMap(({ book, sealedAt }) =>
        sealedAt ? { labels: { book }, value: ageOf(sealedAt) } : [],
      ),
    },
    {
      name: 'mcf_ledger_entries_last_minute',
      help: 'Entries posted in the last minute.',
      values: ofBooks(({ entriesLastMinute }) => entriesLastMinute),
    },
    {
      name: 'mcf_verification_problems',
      help: 'What the latest verification of the books found.',
      values: one(row?.problems),
    },
    {
      name: 'mcf_verification_age_seconds',
      help: 'Since the latest verification of the books.',
      values: one(row?.age),
    },
    {
      name: 'mcf_movements_parked',
      help: 'Movements of money that a partner is silent about.',
      values: one(row?.parked),
    },
    {
      name: 'mcf_discrepancies_open',
      help: 'Movements of money that we and a partner see differently.',
      values: one(row?.discrepancies),
    },
    {
      name: 'mcf_clients_paused',
      help: 'Invoices that keep a client from new requests.',
      values: one(row?.paused),
    },
    { name: 'mcf_closes_open', help: 'Weeks and months being closed.', values: one(row?.closing) },
    {
      name: 'mcf_outbox_age_seconds',
      help: 'How long the oldest event has waited to be sent.',
      values: one(outboxAge),
    },
  ];
}

/** Metrics in the text format of Prometheus; one without a value is left out. */
export function metricsText(metrics: readonly Metric[]): string {
  const lines = metrics
    .filter(({ values }) => values.length > 0)
    .flatMap(({ name, help, values }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...values.map(({ labels = {}, value }) => {
        const named = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
        return `${name}${named.length ? `{${named.join(',')}}` : ''} ${value}`;
      }),
    ]);
  return `${lines.join('\n')}\n`;
}
