import { and, asc, desc, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
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
  /** What each party won (+), lost (−) or got back (0), the pot included; empty until settled. */
  results: { party: string; name: string; amountCents: bigint }[];
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

/**
 * Pools not divided yet or the latest divided ones, at most 100; `orderIds` names the orders wanted, `closed` leaves out
 * those that still take stakes.
 */
export async function poolList(
  ctx: Ctx,
  { settled, closed, orderIds }: { settled: boolean; closed?: boolean; orderIds?: readonly string[] },
): Promise<PoolView[]> {
  return inCircle(ctx, async (tx) => {
    await requireMember(tx);
    const rows = await tx.db
      .select()
      .from(pools)
      .where(
        and(
          settled ? isNotNull(pools.settledAt) : isNull(pools.settledAt),
          closed ? isNotNull(pools.closedAt) : undefined,
          orderIds && inArray(pools.orderId, [...orderIds]),
        ),
      )
      .orderBy(desc(settled ? pools.settledAt : pools.openedAt))
      .limit(listLimit);
    const ids = rows.map(({ orderId }) => orderId);
    if (ids.length === 0) return [];
    const names = new Map(
      (await tx.db.select({ id: members.accountId, name: members.name }).from(members)).map(
        ({ id, name }) => [id, name],
      ),
    );
    const staked = await tx.db
      .select({
        orderId: stakes.orderId,
        memberId: stakes.memberId,
        ending: stakes.ending,
        sum: sql<string>`sum(${stakes.amountCents})`,
      })
      .from(stakes)
      .where(inArray(stakes.orderId, ids))
      .groupBy(stakes.orderId, stakes.memberId, stakes.ending)
      .orderBy(asc(stakes.memberId), asc(stakes.ending));
    const moved = await tx.db
      .select({
        orderId: movements.orderId,
        party: movements.party,
        sum: sql<string>`sum(${movements.amountCents})`,
      })
      .from(movements)
      .where(inArray(movements.orderId, ids))
      .groupBy(movements.orderId, movements.party)
      .orderBy(desc(sql`sum(${movements.amountCents})`), asc(movements.party));
    return rows.map(({ orderId, requestNumber, closedAt, settledAt, ending }) => {
      const poolStakes = staked
        .filter((stake) => stake.orderId === orderId)
        .map(({ memberId, ending, sum }) => ({
          memberId,
          memberName: names.get(memberId) ?? '',
          ending,
          amountCents: BigInt(sum),
        }));
      const results = moved
        .filter((movement) => movement.orderId === orderId)
        .map(({ party, sum }) => ({ party, name: names.get(party) ?? '', amountCents: BigInt(sum) }));
      const own = results.find(({ party }) => party === ctx.actor.id);
      return {
        orderId,
        requestNumber,
        closed: closedAt !== null,
        settledAt,
        ending,
        totalCents: poolStakes.reduce((sum, { amountCents }) => sum + amountCents, 0n),
        stakes: poolStakes,
        results,
        ownResultCents: settledAt ? (own?.amountCents ?? 0n) : null,
      };
    });
  });
}
