import { passwords } from '#db/schema/identity.ts';
import type { Tx } from '#lib/kernel/transaction.ts';

/** Puts a password's hash in place of the one before. */
export async function keepPassword(tx: Tx, accountId: string, hash: string): Promise<void> {
  const row = { accountId, hash, changedAt: tx.now };
  await tx.db.insert(passwords).values(row).onConflictDoUpdate({ target: passwords.accountId, set: row });
}
