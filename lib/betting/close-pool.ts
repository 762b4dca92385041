import { and, eq, isNull } from 'drizzle-orm';
import { pools } from '#db/schema/betting.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { inCircle, refreshCircle } from './in-circle.ts';

/** Takes no more stakes: the worker has started. An order nobody staked on, or a pool closed already, is left alone. */
export async function closePool(ctx: Ctx, { orderId, at }: { orderId: string; at: Date }): Promise<void> {
  requireRole(ctx, 'system');
  await inCircle(ctx, async (tx) => {
    const closed = await tx.db
      .update(pools)
      .set({ closedAt: at })
      .where(and(eq(pools.orderId, orderId), isNull(pools.closedAt)))
      .returning({ orderId: pools.orderId });
    if (closed.length) await refreshCircle(tx);
  });
}
