import { asc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import { movements, pools, stakes } from '#db/schema/betting.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { inCircle, note, refreshCircle } from './in-circle.ts';
import { settlePoolInput } from './inputs.ts';
import { settle } from './settlement.rules.ts';

/**
 * Divides the pool of an ended order [US-290], once: asked again it changes nothing. A stake that slipped in after the
 * worker had started is returned. An order without a pool is nothing to settle.
 */
export async function settlePool(
  ctx: Ctx,
  input: z.input<typeof settlePoolInput>,
): Promise<{ settled: boolean }> {
  requireRole(ctx, 'system');
  const { orderId, ending, endedAt, endedByAccountId } = parse(settlePoolInput, input);
  return inCircle(ctx, async (tx) => {
    const [pool] = await tx.db.select().from(pools).where(eq(pools.orderId, orderId)).for('update');
    if (!pool || pool.settledAt) return { settled: false };
    const closedAt = pool.closedAt && pool.closedAt < endedAt ? pool.closedAt : endedAt;
    const all = await tx.db.select().from(stakes).where(eq(stakes.orderId, orderId)).orderBy(asc(stakes.id));
    const inTime = all.filter((stake) => stake.placedAt <= closedAt);
    const moved = settle(inTime, ending, endedByAccountId);
    if (moved.length)
      await tx.db.insert(movements).values(
        moved.map(({ party, kind, amountCents }) => ({
          id: tx.newId(),
          orderId,
          party,
          kind,
          amountCents,
          at: tx.now,
          key: `${orderId}:${party}:${kind}`,
        })),
      );
    await tx.db.update(pools).set({ closedAt, settledAt: tx.now, ending }).where(eq(pools.orderId, orderId));
    await note(tx, 'settlePool', { orderId, ending });
    await refreshCircle(tx);
    return { settled: true };
  });
}
