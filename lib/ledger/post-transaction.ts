import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { and, eq } from 'drizzle-orm';
import { accounts, lines as lineRows, transactions } from '#db/schema/ledger.ts';
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
export async function postTransaction(
  tx: Tx,
  { key, book, kind, subject, lines, details = {}, occurredAt = tx.now }: Posting,
): Promise<{ transactionId: string; replayed: boolean }> {
  const sumCents = lines.reduce((sum, line) => sum + line.amountCents, 0n);
  if (lines.length < 2 || sumCents !== 0n)
    throw new Error(`ledger: ${key} has ${lines.length} lines that sum to ${sumCents}`);
  const named = lines.map(({ account, amountCents }) => {
    const parsed = parseAccountId(account);
    if (parsed?.book !== book)
      throw new Error(`ledger: ${key} names ${account}, which is no account of book ${book}`);
    if (amountCents === 0n) throw new Error(`ledger: ${key} has a line of zero`);
    return { id: account, ...parsed, amountCents };
  });
  const requestHash = hashRequest({ book, kind, subject, lines, details, occurredAt });

  const [opened] = await tx.db
    .insert(transactions)
    .values({
      id: tx.newId(),
      book,
      key,
      requestHash,
      kind,
      subject,
      occurredAt,
      actorKind: tx.actor.kind,
      actorId: tx.actor.id,
      details,
    })
    .onConflictDoNothing({ target: [transactions.book, transactions.key] })
    .returning({ id: transactions.id });
  if (!opened) {
    const [first] = await tx.db
      .select({ id: transactions.id, requestHash: transactions.requestHash })
      .from(transactions)
      .where(and(eq(transactions.book, book), eq(transactions.key, key)));
    if (first?.requestHash !== requestHash)
      throw new Error(`ledger: ${key} was posted before with other content`);
    return { transactionId: first.id, replayed: true };
  }
  await tx.db
    .insert(accounts)
    .values(named.map(({ id, kind: accountKind, party }) => ({ id, book, kind: accountKind, party })))
    .onConflictDoNothing();
  await tx.db.insert(lineRows).values(
    named.map(({ id, amountCents }, position) => ({
      transactionId: opened.id,
      position,
      book,
      accountId: id,
      amountCents,
      occurredAt,
    })),
  );
  return { transactionId: opened.id, replayed: false };
}

function hashRequest(request: Omit<Posting, 'key'>): string {
  const text = canonicalize({
    ...request,
    occurredAt: request.occurredAt?.toISOString(),
    lines: request.lines.map(({ account, amountCents }) => [account, amountCents.toString()]),
  });
  return createHash('sha256').update(text!).digest('hex');
}
