import { allocate } from '#lib/kernel/money.ts';

export const endings = ['completed', 'cancelled', 'failed'] as const;
export type Ending = (typeof endings)[number];
export type Stake = { memberId: string; ending: Ending; amountCents: bigint };
export type Movement = { party: string; kind: 'lost' | 'won' | 'returned' | 'pot'; amountCents: bigint };

export const potParty = 'pot';

/**
 * Divides a pool when its order ends [US-290]. Movements are changes against the moment before any stake: a lost
 * stake is negative, a win is what comes on top of the own stake, a returned stake is zero, and all of them sum to
 * zero. The losers' money goes to those who were right in proportion to their stakes, to the last minor unit.
 *
 * - The stake of a manager who ended the order by hand is returned first.
 * - One lone stake, or an order nobody opposed (all on the same ending), is returned.
 * - If everybody was wrong, the pool goes to the developers' pot.
 */
export function settle(stakes: readonly Stake[], ending: Ending, endedByMemberId: string | null): Movement[] {
  const returned = (of: readonly Stake[]): Movement[] =>
    [...totals(of)].map(([party]) => ({ party, kind: 'returned', amountCents: 0n }));

  const own = stakes.filter((stake) => stake.memberId === endedByMemberId);
  const valid = stakes.filter((stake) => stake.memberId !== endedByMemberId);
  const opposed = new Set(valid.map((stake) => stake.ending)).size > 1 && totals(valid).size > 1;
  if (!opposed) return returned(stakes);

  const right = valid.filter((stake) => stake.ending === ending);
  const wrong = valid.filter((stake) => stake.ending !== ending);
  const lost = [...totals(wrong)].map(
    ([party, amountCents]): Movement => ({ party, kind: 'lost', amountCents: -amountCents }),
  );
  const lostCents = wrong.reduce((sum, stake) => sum + stake.amountCents, 0n);
  if (right.length === 0)
    return [...returned(own), ...lost, { party: potParty, kind: 'pot', amountCents: lostCents }];

  const winners = [...totals(right)];
  const parts = allocate(
    lostCents,
    winners.map(([, amountCents]) => amountCents),
  );
  const won = winners.map(([party], i): Movement => ({ party, kind: 'won', amountCents: parts[i]! }));
  return [...returned(own), ...lost, ...won];
}

export type Payment = { party: string; kind: 'won' | 'returned' | 'pot'; amountCents: bigint };

/**
 * What leaves the pool, and to whom: a winner gets the own stake and the share, a stake that does not count goes back, the
 * rest is the pot's. `late` stakes slipped in after the worker had started. The payments sum to everything staked.
 */
export function payOut(
  inTime: readonly Stake[],
  late: readonly Stake[],
  ending: Ending,
  endedByMemberId: string | null,
): Payment[] {
  const moved = settle(inTime, ending, endedByMemberId);
  const staked = totals(inTime);
  const right = totals(inTime.filter((stake) => stake.ending === ending));
  const back = totals(late);
  const paid: Payment[] = [];
  for (const { party, kind, amountCents } of moved) {
    if (kind === 'won') paid.push({ party, kind, amountCents: amountCents + right.get(party)! });
    if (kind === 'pot') paid.push({ party, kind, amountCents });
    if (kind === 'returned') back.set(party, (back.get(party) ?? 0n) + staked.get(party)!);
  }
  return [
    ...paid,
    ...[...back].map(([party, amountCents]) => ({ party, kind: 'returned' as const, amountCents })),
  ];
}

// Staked in all, by member, in an order that does not depend on who clicked first.
function totals(stakes: readonly Stake[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { memberId, amountCents } of [...stakes].sort((a, b) => (a.memberId < b.memberId ? -1 : 1)))
    sums.set(memberId, (sums.get(memberId) ?? 0n) + amountCents);
  return sums;
}

export type Transfer = { from: string; to: string; amountCents: bigint };

/**
 * Proposes transfers that bring every balance to zero [US-281]: the fewest for circles of up to 15. Balances must sum
 * to zero; a party with a negative balance pays. The fewest is (parties − most groups that sum to zero by
 * themselves), found by dynamic programming over subsets.
 */
export function fewestTransfers(balances: ReadonlyMap<string, bigint>): Transfer[] {
  const open = [...balances].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
  const sum = open.reduce((total, [, amount]) => total + amount, 0n);
  if (sum !== 0n) throw new RangeError('fewestTransfers: the balances do not sum to zero');
  return zeroGroups(open.map(([, amount]) => amount)).flatMap((group) =>
    settleGroup(group.map((i) => open[i]!)),
  );
}

// Splits positions into as many groups as possible that each sum to zero.
function zeroGroups(amounts: readonly bigint[]): number[][] {
  const full = (1 << amounts.length) - 1;
  const sums: bigint[] = [0n];
  const best = new Int8Array(full + 1);
  const last = new Int8Array(full + 1);
  for (let set = 1; set <= full; set++) {
    const low = 31 - Math.clz32(set & -set);
    sums[set] = sums[set & (set - 1)]! + amounts[low]!;
    let most = -1;
    for (let i = 0; i < amounts.length; i++) {
      if (set & (1 << i) && best[set ^ (1 << i)]! > most) {
        most = best[set ^ (1 << i)]!;
        last[set] = i;
      }
    }
    best[set] = most + (sums[set] === 0n ? 1 : 0);
  }
  const groups: number[][] = [];
  let group: number[] = [];
  for (let set = full; set > 0; ) {
    const i = last[set]!;
    group.push(i);
    set ^= 1 << i;
    if (sums[set] === 0n) {
      groups.push(group);
      group = [];
    }
  }
  return groups;
}

function settleGroup(group: readonly (readonly [string, bigint])[]): Transfer[] {
  const debtors = group
    .filter(([, amount]) => amount < 0n)
    .map(([party, amount]) => ({ party, left: -amount }));
  const creditors = group
    .filter(([, amount]) => amount > 0n)
    .map(([party, amount]) => ({ party, left: amount }));
  const transfers: Transfer[] = [];
  while (debtors[0] && creditors[0]) {
    const [debtor, creditor] = [debtors[0], creditors[0]];
    const amountCents = debtor.left < creditor.left ? debtor.left : creditor.left;
    transfers.push({ from: debtor.party, to: creditor.party, amountCents });
    debtor.left -= amountCents;
    creditor.left -= amountCents;
    if (debtor.left === 0n) debtors.shift();
    if (creditor.left === 0n) creditors.shift();
  }
  return transfers;
}
