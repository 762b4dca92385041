import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { movements } from '#db/schema/betting.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { postings, postTransaction } from '#lib/ledger/index.ts';
import { inCircle, note, refreshCircle, requireMember } from './in-circle.ts';
import { recordTransferInput } from './inputs.ts';
import { balances } from './reads.ts';
import { fewestTransfers } from './settlement.rules.ts';

/**
 * Notes that one of the proposed transfers was made between members [US-281]; the payer or the receiver may say so,
 * for the pot any member. The same request key is one transfer.
 * Throws `Refused`: not_found, betting.not_yours, betting.not_proposed (the balances have moved meanwhile).
 */
export async function recordTransfer(ctx: Ctx, input: z.input<typeof recordTransferInput>): Promise<void> {
  await inCircle(ctx, async (tx) => {
    await requireMember(tx);
    // One after the other: payer and receiver may both say so in the same moment, and it was paid once.
    await tx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended('betting:transfers', 0))`);
    const { requestKey, fromMemberId, toParty, amountCents } = parse(recordTransferInput, input);
    if (![fromMemberId, toParty].includes(ctx.actor.id) && toParty !== 'pot')
      throw new Refused('betting.not_yours');
    const key = `transfer:${requestKey}`;
    const kept = await tx.db
      .insert(movements)
      .values([
        { id: tx.newId(), party: fromMemberId, kind: 'paid', amountCents, at: tx.now, key },
        {
          id: tx.newId(),
          party: toParty,
          kind: 'received',
          amountCents: -amountCents,
          at: tx.now,
          key: `${key}:to`,
        },
      ])
      .onConflictDoNothing()
      .returning({ id: movements.id });
    if (kept.length === 0) return;
    // The balances now hold the transfer: it was proposed when undoing it would propose it again.
    const before = await balances(tx);
    before.set(fromMemberId, (before.get(fromMemberId) ?? 0n) - amountCents);
    before.set(toParty, (before.get(toParty) ?? 0n) + amountCents);
    const proposed = fewestTransfers(before);
    if (!proposed.some((t) => t.from === fromMemberId && t.to === toParty && t.amountCents === amountCents))
      throw new Refused('betting.not_proposed');
    const occurredAt = tx.now;
    await postTransaction(
      tx,
      postings.members_settled({ requestKey, fromMemberId, toParty, amountCents, occurredAt }),
    );
    await note(tx, 'recordTransfer', { fromMemberId, toParty, amountCents: String(amountCents) });
    await refreshCircle(tx);
  });
}
