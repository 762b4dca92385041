import { items } from '#db/schema/billing.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { type Posting, postTransaction } from '#lib/ledger/index.ts';

/**
 * Posts an entry together with its item on the next invoice or statement. Which one, whose, and with what sign is read
 * from the entry itself: its line on the party's account.
 */
export async function postItem(
  tx: Tx,
  posting: Posting,
  { partyId, orderId }: { partyId: string; orderId: string | null },
): Promise<void> {
  const purpose = posting.book === 'clients' ? 'invoice' : 'statement';
  const line = posting.lines.find(({ account }) => account.endsWith(`:${partyId}`));
  if (!line) throw new Error(`billing: ${posting.key} does not touch the account of ${partyId}`);
  const { transactionId, replayed } = await postTransaction(tx, posting);
  if (replayed) return;
  await tx.db.insert(items).values({
    transactionId,
    purpose,
    partyId,
    orderId,
    kind: posting.kind,
    details: posting.details ?? {},
    // A client's debit is what they owe; a worker's credit is what they are owed.
    amountCents: purpose === 'invoice' ? line.amountCents : -line.amountCents,
    occurredAt: posting.occurredAt ?? tx.now,
  });
}
