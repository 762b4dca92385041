import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { movements } from '#db/schema/betting.ts';
import { accounts, lines } from '#db/schema/ledger.ts';
import { orders } from '#db/schema/ordering.ts';
import { addMember, closePool, type Ending, endings, placeStake, settlePool } from '#lib/betting/index.ts';
import type { Actor } from '#lib/kernel/ctx.ts';
import type { Tx } from '#lib/kernel/transaction.ts';

type Stake = { member: number; ending: Ending; amountCents: bigint; isLate: boolean };
/** What may happen to the pool of one order. */
export type Bet = {
  stakes: Stake[];
  isClosed: boolean;
  ending: Ending;
  endedBy: number | null;
  isTwice: boolean;
};

const membersCount = 4;
export const bets: fc.Arbitrary<Bet> = fc.record({
  stakes: fc.array(
    fc.record({
      member: fc.nat(membersCount - 1),
      ending: fc.constantFrom(...endings),
      amountCents: fc.oneof(fc.constantFrom(100n, 1_000_000n), fc.bigInt({ min: 100n, max: 1_000n })),
      isLate: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  isClosed: fc.boolean(),
  ending: fc.constantFrom(...endings),
  endedBy: fc.option(fc.nat(membersCount - 1), { freq: 3 }),
  isTwice: fc.boolean(),
});

const at = (minutes: number) => new Date(Date.parse('2026-03-02T09:00:00Z') + minutes * 60_000);

/** Plays pools by the verbs of betting, and holds the third book against plain arithmetic. Throws when they differ. */
export async function testingBets(tx: Tx, played: readonly Bet[]): Promise<void> {
  const members = Array.from({ length: membersCount }, (): Actor & { kind: 'account' } => ({
    kind: 'account',
    id: randomUUID(),
    roles: ['manager'],
  }));
  for (const [i, { id }] of members.entries()) await addMember(tx, { accountId: id, name: `M${i}` });
  /** What each has staked and not got back; the pot has what everybody lost. */
  const owes = members.map(() => 0n);
  let pot = 0n;
  const placed = played.map((bet) => ({ ...bet, orderId: randomUUID() }));
  await tx.db.insert(orders).values(
    placed.map(({ orderId }) => ({
      id: orderId,
      requestNumber: `B-${orderId}`,
      clientId: orderId,
      clientName: 'C',
      requestKey: orderId,
      serviceTypeId: orderId,
      serviceVersionId: orderId,
      serviceName: { en: 'x', ru: 'x' },
      durationMinutes: 20,
      skills: [],
      kit: [],
      what: 'x',
      place: 'x',
      contact: 'x',
      startsAt: at(1),
      state: 'placed' as const,
      placedAt: at(0),
    })),
  );
  await Promise.all(
    placed.map(async ({ orderId, stakes, isClosed, ending, endedBy, isTwice }) => {
      for (const { member, ending: onEnding, amountCents, isLate } of stakes) {
        const stake = { requestKey: randomUUID(), orderId, ending: onEnding, amountCents };
        const asMember = { ...tx, actor: members[member]!, now: at(isLate ? 2 : 0) };
        for (let i = 0; i < (isTwice ? 2 : 1); i++) await placeStake(asMember, stake);
        owes[member]! += amountCents;
      }
      if (isClosed) {
        await closePool(tx, { orderId, at: at(1) });
        const tooLate = { requestKey: randomUUID(), orderId, ending, amountCents: 100n };
        const refused = await placeStake({ ...tx, actor: members[0]!, now: at(3) }, tooLate).catch(
          (error) => error.code,
        );
        if (refused !== 'betting.closed')
          throw new Error(`a stake after the start: ${JSON.stringify(refused)}`);
      }
      const end = {
        orderId,
        ending,
        endedAt: at(isClosed ? 30 : 1),
        endedByAccountId: endedBy === null ? null : members[endedBy]!.id,
      };
      for (let i = 0; i < 2; i++) await settlePool({ ...tx, now: at(31) }, end);
      const { back, lost } = plainSettlement(stakes, ending, endedBy, ids(members));
      for (const [member, cents] of back) owes[member]! -= cents;
      pot += lost;
    }),
  );

  const rows = await tx.db
    .select({
      id: accounts.id,
      kind: accounts.kind,
      party: accounts.party,
      total: sql<string>`sum(${lines.amountCents})`,
    })
    .from(accounts)
    .innerJoin(lines, eq(lines.accountId, accounts.id))
    .where(eq(accounts.book, 'betting'))
    .groupBy(accounts.id);
  const moved = await tx.db
    .select({ party: movements.party, total: sql<string>`sum(${movements.amountCents})` })
    .from(movements)
    .groupBy(movements.party);
  const movedBy = new Map(moved.map(({ party, total }) => [party, BigInt(total)]));
  const expected = new Map([...members.map(({ id }, i) => [id, owes[i]!] as const), ['pot', -pot]]);
  let sum = 0n;
  for (const row of rows) {
    const party = row.kind === 'developers_pot' ? 'pot' : row.party!;
    const should = row.kind === 'pool' ? 0n : expected.get(party);
    if (BigInt(row.total) !== should)
      throw new Error(`${row.id} stands at ${row.total}, and plain arithmetic says ${should}`);
    if (row.kind !== 'pool' && (movedBy.get(party) ?? 0n) !== -BigInt(row.total))
      throw new Error(`the circle says ${movedBy.get(party)} of ${party}, the book ${row.total}`);
    sum += BigInt(row.total);
  }
  if (sum !== 0n) throw new Error(`the book of bets sums to ${sum}`);
}

const ids = (members: readonly { id: string }[]) => members.map(({ id }) => id);

/** What comes back to each member of what was staked, and what nobody won [US-290]. */
function plainSettlement(
  stakes: readonly Stake[],
  ending: Ending,
  endedBy: number | null,
  memberIds: readonly string[],
): { back: Map<number, bigint>; lost: bigint } {
  const back = new Map<number, bigint>();
  const give = (member: number, cents: bigint) => back.set(member, (back.get(member) ?? 0n) + cents);
  const counts = stakes.filter((stake) => !stake.isLate && stake.member !== endedBy);
  const isContest =
    new Set(counts.map((stake) => stake.member)).size > 1 &&
    new Set(counts.map((stake) => stake.ending)).size > 1;
  for (const stake of stakes)
    if (!isContest || !counts.includes(stake)) give(stake.member, stake.amountCents);
  if (!isContest) return { back, lost: 0n };
  const right = counts.filter((stake) => stake.ending === ending);
  const wrongCents = counts.reduce(
    (sum, stake) => sum + (stake.ending === ending ? 0n : stake.amountCents),
    0n,
  );
  if (right.length === 0) return { back, lost: wrongCents };
  const rightCents = right.reduce((sum, stake) => sum + stake.amountCents, 0n);
  const winners = [...new Set(right.map((stake) => stake.member))].map((member) => {
    const own = right.reduce((sum, stake) => sum + (stake.member === member ? stake.amountCents : 0n), 0n);
    return { member, own, share: (wrongCents * own) / rightCents, rest: (wrongCents * own) % rightCents };
  });
  // The last minor units go to those whose exact share was cut most; among equals by their ids.
  const cut = winners.toSorted((a, b) =>
    a.rest === b.rest ? (memberIds[a.member]! < memberIds[b.member]! ? -1 : 1) : a.rest > b.rest ? -1 : 1,
  );
  let left = wrongCents - winners.reduce((sum, winner) => sum + winner.share, 0n);
  for (const { member, own, share } of cut) {
    give(member, own + share + (left > 0n ? 1n : 0n));
    if (left > 0n) left -= 1n;
  }
  return { back, lost: 0n };
}
