import { sql } from 'drizzle-orm';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { FileStore } from '#lib/kernel/file-store.ts';
import { type Book, openBooks, parseAccountId } from './accounts.rules.ts';
import { linesText, transactionText } from './contents.ts';
import { type Anchor, type Content, genesis, link, parseHead } from './link.ts';
import { hashRequest } from './post-transaction.ts';
import { anchorsOf, roleOf } from './seal-book.ts';

/** What is wrong, and where; the words are `ledger.problems.<code>` in the messages. */
export type Problem = { code: string; params: Record<string, string> };

export type BookReport = {
  book: Book;
  transactionsCount: number;
  /** How many are chained, and the hash of the last one. */
  sealedCount: number;
  head: string | null;
  anchorsCount: number;
};

export type LedgerReport = { books: BookReport[]; problems: Problem[] };

export type VerifyOptions = {
  books?: readonly Book[];
  /** Where the anchors lie; without it they are not looked at. */
  store?: FileStore;
  /** A head from an invoice or a letter ("clients 120 3f9a…"), to be found in the chain. */
  head?: string;
};

/** A transaction that has waited so long for its seal is a problem; three rounds of the sealer. */
export const unsealedAfterMinutes = 15;
const pageSize = 1000;
const clocksDifferMs = 60_000;
/** A book that was bent in many places is not told at more length than this. */
const mostProblemsOfBook = 200;

type Db = Ctx['db'];
type Row = Content & { id: string | null; key: string | null };

/**
 * Reads every entry again, in one snapshot: the chain of each book, the heads written down outside the database, balance,
 * what waits for its seal, and that lines, accounts and totals belong together. Changes nothing.
 */
export async function verifyLedger(
  ctx: Pick<Ctx, 'db' | 'now'>,
  { books = openBooks, store, head }: VerifyOptions = {},
): Promise<LedgerReport> {
  const report: LedgerReport = { books: [], problems: [] };
  for (const book of books) {
    // Read before the snapshot: the chain may have grown since, but it cannot have become shorter.
    const written = store ? await anchorsOf(store, book) : undefined;
    const problems: Problem[] = [];
    const say = (code: string, params: Record<string, string | number> = {}) => {
      const words = Object.entries({ book, ...params }).map(([name, value]) => [name, String(value)]);
      if (problems.length < mostProblemsOfBook) problems.push({ code, params: Object.fromEntries(words) });
    };
    const found = await ctx.db.transaction(
      async (db) => {
        await db.execute(sql`select set_config('statement_timeout', '600000', true)`);
        const { role } = roleOf(book);
        if (role) await db.execute(sql`select set_config('role', ${role}, true)`);
        const chain = await verifyChain(db, book, written?.anchors ?? [], say);
        await verifyUnsealed(db, book, ctx.now, say);
        await verifyBalance(db, book, say);
        await verifyAccounts(db, book, say);
        const paper = head ? parseHead(head) : null;
        if (paper?.book === book) await verifyPaper(db, book, paper, chain.last, say);
        const [counted] = await db.execute<{ n: string }>(
          sql`select count(*) as n from ledger.transactions where book = ${book}`,
        );
        return { ...chain, transactionsCount: Number(counted!.n) };
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
    if (store) verifyAnchors(written ?? null, found, ctx.now, say);
    report.books.push({
      book,
      transactionsCount: found.transactionsCount,
      sealedCount: found.sealedCount,
      head: found.headHash,
      anchorsCount: written?.anchors.length ?? 0,
    });
    report.problems.push(...problems);
  }
  return report;
}

type Say = (code: string, params?: Record<string, string | number>) => void;
type Chain = { last: number; headHash: string | null; headSealedAt: Date | null; sealedCount: number };

async function verifyChain(db: Db, book: Book, anchors: readonly Anchor[], say: Say): Promise<Chain> {
  const anchored = new Map<number, Anchor>();
  for (const anchor of anchors) {
    const known = anchored.get(anchor.seq);
    if (known && known.hash !== anchor.hash) say('anchors_differ', { seq: anchor.seq, at: anchor.at });
    anchored.set(anchor.seq, anchor);
  }
  const totals = new Map<string, { debit: bigint; credit: bigint }>();
  let before = genesis(book);
  let last = 0;
  let sealedCount = 0;
  let headSealedAt: Date | null = null;
  let notBefore = new Date(0);
  for (;;) {
    const rows = await db.execute<
      Row & { seq: string; hash: string; sealed_at: string; sealed_id: string }
    >(sql`
      select s.seq, s.hash, s.sealed_at, s.transaction_id as sealed_id, t.id, t.key,
        ${transactionText} as transaction, ${linesText} as lines
      from ledger.seals s left join ledger.transactions t on t.id = s.transaction_id
      where s.book = ${book} and s.seq > ${last} order by s.seq limit ${pageSize}`);
    if (rows.length === 0) break;
    const snapshots = await db.execute<{ kind: string; seq: string; debit: string; credit: string }>(sql`
      select kind, seq, debit_cents as debit, credit_cents as credit from ledger.snapshots
      where book = ${book} and seq > ${last} and seq <= ${rows.at(-1)!.seq}`);
    const expected = new Map<number, (typeof snapshots)[number][]>();
    for (const row of snapshots)
      expected.set(Number(row.seq), [...(expected.get(Number(row.seq)) ?? []), row]);
    for (const row of rows) {
      const seq = Number(row.seq);
      const where = { seq, id: row.sealed_id, key: row.key ?? '' };
      if (seq !== last + 1) say('seals_missing', { from: last + 1, to: seq - 1 });
      if (row.id === null) say('transaction_missing', where);
      else if (link(before, row) !== row.hash) say('changed', where);
      const outside = anchored.get(seq);
      if (outside && outside.hash !== row.hash) say('anchor_differs', { seq, at: outside.at });
      // Seals are made in order, by clocks that may differ a little, and what is written down outside was sealed before.
      const sealedAt = new Date(row.sealed_at);
      if (
        sealedAt.getTime() < notBefore.getTime() - clocksDifferMs ||
        (outside && sealedAt.getTime() > Date.parse(outside.at) + clocksDifferMs)
      )
        say('seal_time_wrong', { seq, at: sealedAt.toISOString() });
      notBefore = sealedAt;
      for (const [, , account, amount] of JSON.parse(row.lines) as [number, string, string, string][]) {
        const kind = account.split(':')[1] ?? '';
        const total = totals.get(kind) ?? { debit: 0n, credit: 0n };
        const cents = BigInt(amount);
        if (cents > 0n) total.debit += cents;
        else total.credit -= cents;
        totals.set(kind, total);
      }
      for (const { kind, debit, credit } of expected.get(seq) ?? []) {
        const total = totals.get(kind) ?? { debit: 0n, credit: 0n };
        if (BigInt(debit) !== total.debit || BigInt(credit) !== total.credit)
          say('snapshot_wrong', {
            kind,
            seq,
            debit: `${BigInt(debit) - total.debit}`,
            credit: `${BigInt(credit) - total.credit}`,
          });
      }
      expected.delete(seq);
      before = row.hash;
      last = seq;
      sealedCount += 1;
      headSealedAt = sealedAt;
    }
    for (const [seq, [row]] of expected) say('snapshot_without_seal', { kind: row!.kind, seq });
  }
  const beyond = await db.execute<{ kind: string; seq: string }>(sql`
    select kind, seq from ledger.snapshots where book = ${book} and (seq > ${last} or seq < 1) order by seq limit 10`);
  for (const { kind, seq } of beyond) say('snapshot_without_seal', { kind, seq });
  return { last, headHash: sealedCount ? before : null, headSealedAt, sealedCount };
}

function verifyAnchors(
  written: { anchors: Anchor[]; torn: number } | null,
  { last, headSealedAt }: Chain,
  now: Date,
  say: Say,
): void {
  const newest = written?.anchors.reduce<Anchor | undefined>(
    (top, anchor) => (top && top.seq >= anchor.seq ? top : anchor),
    undefined,
  );
  if (newest && newest.seq > last) say('tail_cut', { seq: newest.seq, at: newest.at, last });
  // Half a line is what a crash leaves; more of them are not.
  if (written && written.torn > 2) say('anchors_torn', { count: written.torn });
  const isOld = headSealedAt && now.getTime() - headSealedAt.getTime() > unsealedAfterMinutes * 60_000;
  if (isOld && !newest) say('anchors_missing', { last });
  else if (isOld && newest && newest.seq < last) say('anchor_late', { seq: newest.seq, at: newest.at, last });
}

async function verifyUnsealed(db: Db, book: Book, now: Date, say: Say): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000';
  let oldCount = 0;
  let oldest: { at: Date; key: string; id: string } | undefined;
  for (;;) {
    const rows = await db.execute<{
      id: string;
      key: string;
      kind: string;
      subject: string;
      details: string;
      request_hash: string;
      occurred_at: string;
      recorded_at: string;
      lines: string;
    }>(sql`
      select t.id, t.key, t.kind, t.subject, t.details::text as details, t.request_hash, t.occurred_at, t.recorded_at,
        ${linesText} as lines
      from ledger.transactions t
      where t.book = ${book} and t.id > ${after}::uuid
        and not exists (select from ledger.seals s where s.transaction_id = t.id)
      order by t.id limit ${pageSize}`);
    for (const row of rows) {
      const lines = (JSON.parse(row.lines) as [number, string, string, string][]).map(
        ([, , account, amount]) => ({ account, amountCents: BigInt(amount) }),
      );
      const { kind, subject } = row;
      const request = {
        book,
        kind,
        subject,
        lines,
        details: JSON.parse(row.details) as Record<string, unknown>,
      };
      if (hashRequest({ ...request, occurredAt: new Date(row.occurred_at) }) !== row.request_hash)
        say('request_differs', { id: row.id, key: row.key });
      const at = new Date(row.recorded_at);
      if (now.getTime() - at.getTime() <= unsealedAfterMinutes * 60_000) continue;
      oldCount += 1;
      if (!oldest || at < oldest.at) oldest = { at, key: row.key, id: row.id };
    }
    if (rows.length < pageSize) break;
    after = rows.at(-1)!.id;
  }
  if (oldest)
    say('unsealed_old', { count: oldCount, at: oldest.at.toISOString(), key: oldest.key, id: oldest.id });
}

async function verifyBalance(db: Db, book: Book, say: Say): Promise<void> {
  const [sum] = await db.execute<{ total: string }>(
    sql`select coalesce(sum(amount_cents), 0) as total from ledger.lines where book = ${book}`,
  );
  if (BigInt(sum!.total) !== 0n) say('book_not_zero', { sum: sum!.total });
  const wrong = await db.execute<{ id: string; key: string; n: string; total: string }>(sql`
    select t.id, t.key, count(l.position) as n, coalesce(sum(l.amount_cents), 0) as total
    from ledger.transactions t left join ledger.lines l on l.transaction_id = t.id
    where t.book = ${book} group by t.id
    having count(l.position) < 2 or coalesce(sum(l.amount_cents), 0) <> 0 order by t.id limit 100`);
  for (const { id, key, n, total } of wrong)
    say(Number(n) < 2 ? 'too_few_lines' : 'unbalanced', { id, key, count: n, sum: total });
}

async function verifyAccounts(db: Db, book: Book, say: Say): Promise<void> {
  const lost = await db.execute<{ id: string; account: string; no: string; why: string }>(sql`
    select l.transaction_id as id, l.account_id as account, l.no,
      case when t.id is null then 'line_without_transaction' when a.id is null then 'line_without_account'
        else 'line_of_other_book' end as why
    from ledger.lines l left join ledger.transactions t on t.id = l.transaction_id
      left join ledger.accounts a on a.id = l.account_id
    where l.book = ${book}
      and (t.id is null or a.id is null or t.book <> l.book or a.book <> l.book or t.occurred_at <> l.occurred_at)
    order by l.no limit 100`);
  for (const { why, ...where } of lost) say(why, where);
  const idle = await db.execute<{ id: string; kind: string; party: string | null; used: boolean }>(sql`
    select a.id, a.kind, a.party, exists (select from ledger.lines l where l.account_id = a.id) as used
    from ledger.accounts a
    where a.book = ${book} and (not exists (select from ledger.lines l where l.account_id = a.id)
      or a.id <> a.book || ':' || a.kind || coalesce(':' || a.party, ''))
    order by a.id limit 100`);
  for (const { id, used } of idle)
    say(used || !parseAccountId(id) ? 'account_wrong' : 'account_without_lines', { account: id });
}

async function verifyPaper(
  db: Db,
  book: Book,
  { seq, hash }: { seq: number; hash: string },
  last: number,
  say: Say,
): Promise<void> {
  const [seal] = await db.execute<{ hash: string }>(
    sql`select hash from ledger.seals where book = ${book} and seq = ${seq}`,
  );
  if (!seal) say('paper_beyond', { seq, last });
  else if (!seal.hash.startsWith(hash)) say('paper_differs', { seq });
}
