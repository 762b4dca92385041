import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { and, eq, sql } from 'drizzle-orm';
import { transactions } from '#db/schema/ledger.ts';
import type { Cents } from '#lib/kernel/money.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { type Book, parseAccountId } from './accounts.rules.ts';

/** One side of a posting: debit is positive, credit negative. The account's id comes from `accountId`. */
export type Line = { account: string; amountCents: Cents };

export type Posting = {
  /** Unique within the book for ever: comes from the business fact ("order:<id>:charge"). */
  key: string;
  book: Book;
  kind: string;
  /** What it is about: an order, an invoice, a statement. */
  subject: string;
  lines: readonly Line[];
  /** JSON only; what a reader of the entry needs to understand it. */
  details?: Record<string, unknown>;
  /** When the fact happened, if not now. */
  occurredAt?: Date;
};

/**
 * Posts one balanced transaction inside the caller's. Asked again with the same key it answers the first one; with the
 * same key and other content it throws, as it does for fewer than two lines, a zero line, or a sum other than zero.
 */
export async function postTransaction(tx: Tx, posting: Posting): Promise<Posted> {
  const [posted] = await postTransactions(tx, [posting]);
  return posted!;
}

export type Posted = { transactionId: string; replayed: boolean };

/** Posts several transactions in one statement, each as `postTransaction` would; the answers come in the same order. */
export async function postTransactions(tx: Tx, postings: readonly Posting[]): Promise<Posted[]> {
  if (postings.length === 0) return [];
  const { kind: actor_kind, id: actor_id } = tx.actor;
  const wanted = postings.map((posting) => ({
    id: tx.newId(),
    ...checked(posting, tx.now),
    actor_kind,
    actor_id,
  }));
  // In the order of their keys, so that two callers who post the same ones wait for each other instead of for ever.
  const inOrder = wanted.toSorted((a, b) => (`${a.book} ${a.key}` < `${b.book} ${b.key}` ? -1 : 1));
  const opened = await tx.db
    .select({ id: sql<string>`id` })
    .from(sql`ledger.post_entries(${JSON.stringify(inOrder)}::text::jsonb) as id`)
    .prepare('ledger_post_entries')
    .execute();
  const isNew = new Set(opened.map(({ id }) => id));
  return Promise.all(
    wanted.map(async ({ id, book, key, request_hash }) => {
      if (isNew.has(id)) return { transactionId: id, replayed: false };
      const [first] = await tx.db
        .select({ id: transactions.id, requestHash: transactions.requestHash })
        .from(transactions)
        .where(and(eq(transactions.book, book), eq(transactions.key, key)));
      if (first?.requestHash !== request_hash)
        throw new Error(`ledger: ${key} was posted before with other content`);
      return { transactionId: first.id, replayed: true };
    }),
  );
}

function checked({ key, book, kind, subject, lines, details = {}, occurredAt }: Posting, now: Date) {
  const sumCents = lines.reduce((sum, line) => sum + line.amountCents, 0n);
  if (lines.length < 2 || sumCents !== 0n)
    throw new Error(`ledger: ${key} has ${lines.length} lines that sum to ${sumCents}`);
  const happenedAt = occurredAt ?? now;
  return {
    book,
    key,
    request_hash: hashRequest({ book, kind, subject, lines, details, occurredAt: happenedAt }),
    kind,
    subject,
    occurred_at: happenedAt.toISOString(),
    details,
    lines: lines.map(({ account, amountCents }) => {
      const parsed = parseAccountId(account);
      if (parsed?.book !== book)
        throw new Error(`ledger: ${key} names ${account}, which is no account of book ${book}`);
      if (amountCents === 0n) throw new Error(`ledger: ${key} has a line of zero`);
      return {
        account_id: account,
        account_kind: parsed.kind,
        party: parsed.party,
        amount_cents: amountCents.toString(),
      };
    }),
  };
}

/** What was asked for under a key, as one hash. */
export function hashRequest(request: Omit<Posting, 'key'>): string {
  const text = canonicalize({
    ...request,
    occurredAt: request.occurredAt?.toISOString(),
    lines: request.lines.map(({ account, amountCents }) => [account, amountCents.toString()]),
  });
  return createHash('sha256').update(text!).digest('hex');
}
