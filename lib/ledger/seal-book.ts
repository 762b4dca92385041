import { sql } from 'drizzle-orm';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import type { FileStore } from '#lib/kernel/file-store.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import type { Book } from './accounts.rules.ts';
import { linesText, transactionText } from './contents.ts';
import { type Anchor, anchorsKey, type Content, genesis, link, readAnchors, writeAnchor } from './link.ts';

/** The role that sees a book; none: the application's own. */
export const roleOf = (book: Book): { role?: string } => (book === 'betting' ? { role: 'mcf_betting' } : {});

/** Whatever is posted commits within its statement's and its idle limit: this is far more than a straggler needs. */
export const stragglers = sql`interval '10 minutes'`;

/** Transactions in one round of the sealer, which is one database transaction. */
const roundSize = 1000;
const roundsAtMost = 500;

/**
 * Chains what was posted to a book since the last time, then writes the head down outside the database. Runs beside
 * posting and never in its way; two sealers of a book take turns. `everything` also looks for transactions that are
 * older than the last sealed one by more than ten minutes. Answers how many were sealed; 500,000 at most in one call.
 */
export async function sealBook(
  ctx: Ctx,
  { book, store, everything = false }: { book: Book; store: FileStore; everything?: boolean },
): Promise<{ sealedCount: number; seq: number }> {
  requireRole(ctx, 'system');
  let sealedCount = 0;
  let from = everything ? '-infinity' : null;
  for (let round = 0; round < roundsAtMost; round++) {
    const sealed = await transaction(ctx, (tx) => sealRound(tx, book, from), roleOf(book));
    sealedCount += sealed.count;
    if (sealed.count < roundSize) break;
    // Whoever commits late and before this is for the next call.
    from = sealed.last;
  }
  const head = await transaction(ctx, (tx) => headOf(tx, book), roleOf(book));
  if (head) await anchor(ctx, store, book, head);
  return { sealedCount, seq: head?.seq ?? 0 };
}

async function sealRound(
  tx: Tx,
  book: Book,
  from: string | null,
): Promise<{ count: number; last: string | null }> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`ledger:seal:${book}`}, 0))`);
  const head = await headOf(tx, book);
  const since = from
    ? sql`${from}::timestamptz`
    : sql`coalesce((select t.recorded_at - ${stragglers} from ledger.seals s
        join ledger.transactions t on t.id = s.transaction_id
        where s.book = ${book} order by s.seq desc limit 1), '-infinity')`;
  const rows = await tx.db.execute<Content & { id: string; recorded_at: string }>(sql`
    select t.id, t.recorded_at::text as recorded_at, ${transactionText} as transaction, ${linesText} as lines
    from ledger.transactions t
    where t.book = ${book} and t.recorded_at >= ${since}
      and not exists (select from ledger.seals s where s.transaction_id = t.id)
    order by t.recorded_at, t.id limit ${roundSize}`);
  if (rows.length === 0) return { count: 0, last: null };
  let hash = head?.hash ?? genesis(book);
  let seq = head?.seq ?? 0;
  const seals = rows.map((row) => {
    hash = link(hash, row);
    seq += 1;
    return { seq, transaction_id: row.id, hash };
  });
  await tx.db.execute(sql`
    insert into ledger.seals (book, seq, transaction_id, hash, sealed_at)
    select ${book}, seq, transaction_id, hash, ${latest(tx.now, head?.sealedAt).toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(seals)}::text::jsonb)
      as sealed(seq bigint, transaction_id uuid, hash text)`);
  await tx.db.execute(sql`
    with moved as (
      select a.kind, sum(l.amount_cents) filter (where l.amount_cents > 0) as debit,
        -sum(l.amount_cents) filter (where l.amount_cents < 0) as credit
      from ledger.seals s join ledger.lines l on l.transaction_id = s.transaction_id
        join ledger.accounts a on a.id = l.account_id
      where s.book = ${book} and s.seq > ${head?.seq ?? 0} group by a.kind
    )
    insert into ledger.snapshots (book, kind, seq, debit_cents, credit_cents)
    select ${book}, moved.kind, ${seq}, coalesce(moved.debit, 0) + coalesce(last.debit_cents, 0),
      coalesce(moved.credit, 0) + coalesce(last.credit_cents, 0)
    from moved left join lateral (select * from ledger.snapshots known
      where known.book = ${book} and known.kind = moved.kind order by known.seq desc limit 1) last on true`);
  return { count: rows.length, last: rows.at(-1)!.recorded_at };
}

type Head = { seq: number; hash: string; sealedAt: Date };

/** Two sealers may differ in what they take for now: a seal is never older than the one before, nor than its anchor. */
const latest = (now: Date, sealedAt?: Date) => (sealedAt && sealedAt > now ? sealedAt : now);

/** The head of a book's chain; with `at`, as it stood then. Null while nothing is sealed. */
export async function headOf(tx: Pick<Ctx, 'db'>, book: Book, at?: Date): Promise<Head | null> {
  const [row] = await tx.db.execute<{ seq: string; hash: string; sealed_at: string }>(sql`
    select seq, hash, sealed_at from ledger.seals where book = ${book}
      ${at ? sql`and sealed_at <= ${at.toISOString()}::timestamptz` : sql``}
    order by seq desc limit 1`);
  return row ? { seq: Number(row.seq), hash: row.hash, sealedAt: new Date(row.sealed_at) } : null;
}

async function anchor(ctx: Ctx, store: FileStore, book: Book, { seq, hash, sealedAt }: Head): Promise<void> {
  const last = (await anchorsOf(store, book))?.anchors.at(-1);
  // A head that has gone back is not written down: the verification says so, and the file keeps what was true.
  if (last && last.seq >= seq) return;
  const line: Anchor = { seq, hash, at: latest(ctx.now, sealedAt).toISOString() };
  await store.append(anchorsKey(book), Buffer.from(writeAnchor(line)));
}

/** The heads written down for a book; null when there is no such file. */
export async function anchorsOf(
  store: FileStore,
  book: Book,
): Promise<{ anchors: Anchor[]; torn: number } | null> {
  const bytes = await store.get(anchorsKey(book));
  return bytes && readAnchors(bytes.toString('utf8'));
}
