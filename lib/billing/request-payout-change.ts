import { and, eq, gt, isNull } from 'drizzle-orm';
import { payoutChanges } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { payoutChangeRequested } from './events.ts';
import { requestPayoutChangeInput } from './inputs.ts';

const dayMs = 86_400_000;
const mostADay = 5;

/**
 * A worker wants to be paid to another account. Nothing changes until they follow the link in their mail, within a day; a
 * later request makes an earlier link worthless. Throws `Refused`: invalid, billing.too_many_changes.
 */
export async function requestPayoutChange(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'worker');
  const { changeId, name, account } = parse(requestPayoutChangeInput, input);
  const workerId = ctx.actor.id;
  const mine = eq(payoutChanges.workerId, workerId);
  await transaction(ctx, async (tx) => {
    const lately = await tx.db.$count(
      payoutChanges,
      and(mine, gt(payoutChanges.requestedAt, new Date(ctx.now.getTime() - dayMs))),
    );
    if (lately >= mostADay) throw new Refused('billing.too_many_changes');
    await tx.db
      .update(payoutChanges)
      .set({ replacedAt: ctx.now })
      .where(and(mine, isNull(payoutChanges.confirmedAt), isNull(payoutChanges.replacedAt)));
    const added = await tx.db
      .insert(payoutChanges)
      .values({
        id: changeId,
        workerId,
        name,
        account,
        requestedAt: ctx.now,
        expiresAt: new Date(ctx.now.getTime() + dayMs),
      })
      .onConflictDoUpdate({
        target: payoutChanges.id,
        set: { replacedAt: null },
        setWhere: and(mine, isNull(payoutChanges.confirmedAt)),
      })
      .returning({ tokenHash: payoutChanges.tokenHash });
    if (added.length === 0) return;
    tx.emit(payoutChangeRequested, { changeId, workerId });
    tx.audit({ verb: 'requestPayoutChange', subject: 'payout_change', subjectId: changeId });
    tx.refresh(`account:${workerId}`);
  });
}
