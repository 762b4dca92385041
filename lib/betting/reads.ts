import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import { members, movements, pools, stakes } from '#db/schema/betting.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Tx } from '#lib/kernel/transaction.ts';
import { inCircle, requireMember } from './in-circle.ts';
import { type Ending, fewestTransfers, type Transfer } from './settlement.rules.ts';

export type PoolView = {
  orderId: string;
  requestNumber: string;
  closed: boolean;
  settledAt: Date | null;
  ending: Ending | null;
  totalCents: bigint;
  stakes: { memberId: string; memberName: string; ending: Ending; amountCents: bigint }[];
  /** What the asking member won or lost; null until settled. */
  ownResultCents: bigint | null;
};

const listLimit = 100;

/** Each party's balance over everything settled and paid, the pot included. They sum to zero. */
export async function balances(tx: Tx): Promise<Map<string, bigint>> {
  const rows = await tx.db
    .select({ party: movements.party, sum: sql<string>`sum(${movements.amountCents})` })
    .from(movements)
    .groupBy(movements.party);
  return new Map(rows.map(({ party, sum }) => [party, BigInt(sum)]));
}

/** The circle: members with their balances, the pot, and the fewest transfers that settle everybody [US-281]. */
export async function circle(ctx: Ctx): Promise<{
  members: { memberId: string; name: string; balanceCents: bigint }[];
  potCents: bigint;
  transfers: Transfer[];
}> {
  return inCircle(ctx, async (tx) => {
    await requireMember(tx);
    const rows = await tx.db.select().from(members).orderBy(asc(members.name));
    const sums = await balances(tx);
    return {
      members: rows.map(({ accountId, name }) => ({
        memberId: accountId,
        name,
        balanceCents: sums.get(accountId) ?? 0n,
      })),
      potCents: sums.get('pot') ?? 0n,
      transfers: fewestTransfers(sums),
    };
  });
}

/** Pools still open or closed and unsettled, or the latest settled ones; at most 100. */
export async function poolList(ctx: Ctx, { settled }: { settled: boolean }): Promise<PoolView[]> {
  return inCircle(ctx, async (tx) => {
    await requireMember(tx);
    const rows = await tx.db
      .select()
      .from(pools)
      .where(settled ? isNotNull(pools.settledAt) : isNull(pools.settledAt))
      .orderBy(desc(settled ? pools.settledAt : pools.openedAt))
      .limit(listLimit);
    const ids = rows.map(({ orderId }) => orderId);
    if (ids.length === 0) return [];
    const staked = await tx.db
      .select({
        orderId: stakes.orderId,
        memberId: stakes.memberId,
        memberName: sql<string>`coalesce(${members.name}, '')`,
        ending: stakes.ending,
        sum: sql<string>`sum(${stakes.amountCents})`,
      })
      .from(stakes)
      .leftJoin(members, eq(members.accountId, stakes.memberId))
      .where(inArray(stakes.orderId, ids))
      .groupBy(stakes.orderId, stakes.memberId, members.name, stakes.ending)
      .orderBy(asc(stakes.memberId), asc(stakes.ending));
    const results = await tx.db
      .select({ orderId: movements.orderId, sum: sql<string>`sum(${movements.amountCents})` })
      .from(movements)
      .where(and(inArray(movements.orderId, ids), eq(movements.party, ctx.actor.id)))
      .groupBy(movements.orderId);
    const own = new Map(results.map(({ orderId, sum }) => [orderId, BigInt(sum)]));
    return rows.map((pool) => {
      const mine = staked
        .filter(({ orderId }) => orderId === pool.orderId)
        .map(({ memberId, memberName, ending, sum }) => ({
          memberId,
          memberName,
          ending,
          amountCents: BigInt(sum),
        }));
      return {
        orderId: pool.orderId,
        requestNumber: pool.requestNumber,
        closed: pool.closedAt !== null,
        settledAt: pool.settledAt,
        ending: pool.ending,
        totalCents: mine.reduce((sum, { amountCents }) => sum + amountCents, 0n),
        stakes: mine,
        ownResultCents: pool.settledAt ? (own.get(pool.orderId) ?? 0n) : null,
      };
    });
  });
}
