import { eq } from 'drizzle-orm';
import { members, trail } from '#db/schema/betting.ts';
import { type Ctx, hasRole } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';

/** Runs work under the circle's own database role; nothing of it reaches the common audit trail or the outbox. */
export const inCircle = <T>(ctx: Ctx, work: (tx: Tx) => Promise<T>): Promise<T> =>
  transaction(ctx, work, { role: 'mcf_betting' });

/** Whether the asking manager bets [US-280]. Everybody else is told nothing. */
export async function isMember(ctx: Ctx): Promise<boolean> {
  if (!hasRole(ctx, 'manager')) return false;
  return inCircle(ctx, async (tx) => {
    const found = await tx.db
      .select({ id: members.accountId })
      .from(members)
      .where(eq(members.accountId, ctx.actor.id));
    return found.length > 0;
  });
}

/** Refuses everybody outside the circle with `not_found`, never "forbidden". */
export async function requireMember(tx: Tx): Promise<void> {
  if (!hasRole(tx, 'manager')) throw new Refused('not_found');
  const found = await tx.db
    .select({ id: members.accountId })
    .from(members)
    .where(eq(members.accountId, tx.actor.id));
  if (found.length === 0) throw new Refused('not_found');
}

/** Tells the circle's open screens to look again. */
export async function refreshCircle(tx: Tx): Promise<void> {
  const rows = await tx.db.select({ id: members.accountId }).from(members);
  tx.refresh(...rows.map(({ id }) => `account:${id}`));
}

/** Writes the circle's own trail. */
export async function note(tx: Tx, verb: string, data: Record<string, string>): Promise<void> {
  await tx.db
    .insert(trail)
    .values({ id: tx.newId(), at: tx.now, actorId: tx.actor.id, verb, data: JSON.stringify(data) });
}
