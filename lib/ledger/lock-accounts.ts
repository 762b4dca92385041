import { sql } from 'drizzle-orm';
import type { Tx } from '#lib/kernel/transaction.ts';

/**
 * Holds the accounts whose balance authorises something until the end of the transaction: whoever else asks for one of them
 * waits. Always in the order of their ids, so that two callers never wait for each other. Posting needs no lock.
 */
export async function lockAccounts(tx: Tx, accounts: readonly string[]): Promise<void> {
  for (const account of [...new Set(accounts)].sort())
    await tx.db.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`ledger:account:${account}`}, 0))`,
    );
}
