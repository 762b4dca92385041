import { drizzle } from 'drizzle-orm/postgres-js';
import fc from 'fast-check';
import postgres from 'postgres';
import { type Happening, happenings, testingStories } from '#lib/billing/testing-stories.ts';
import { type Ctx, createCtx, uuidv7 } from '#lib/kernel/ctx.ts';
import { type Bet, bets, testingBets } from './testing-bets.ts';

const together = 40;
const batchesBetweenVacuums = 5;
/** What stories leave behind when they are rolled back. */
const swept = [
  'ledger.transactions',
  'ledger.lines',
  'ledger.accounts',
  'billing.items',
  'billing.invoices',
  'billing.statements',
  'billing.attempts',
  'billing.refunds',
  'billing.billed_orders',
  'billing.payment_methods',
  'billing.payout_accounts',
  'billing.period_closes',
  'billing.counters',
  'betting.pools',
  'betting.stakes',
  'betting.movements',
  'betting.members',
  'betting.trail',
  'ordering.orders',
];

// Statements are prepared once and then sent without waiting for the ones before: that is what makes 100,000 possible.
const preparing = <S extends object>(sql: S): S =>
  new Proxy(sql, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver) as (...args: unknown[]) => unknown;
      if (name === 'unsafe')
        return (text: string, params: unknown[], options: object) =>
          value.call(target, text, params, { ...options, prepare: true });
      if (name === 'begin')
        return (work: (inner: object) => Promise<unknown>) =>
          value.call(target, (inner: object) => work(preparing(inner)));
      return value;
    },
  });

/**
 * Plays its share of the stories, many in one database transaction that is rolled back, and as many pools of bets beside
 * them, on a database of its own as its superuser, who sees all three books. Tells its parent how far it has come; what
 * differs is looked for among the stories one by one.
 */
async function player(url: string, sequences: number, seed: number): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const sweeper = postgres(url, { max: 1, onnotice: () => {} });
  const db = drizzle(preparing(sql)) as Ctx['db'];
  const ctx = { ...createCtx(db, { kind: 'system', id: 'bench' }), newId: () => uuidv7(new Date()) };
  const batches = Math.ceil(sequences / together);
  const several = fc.array(fc.tuple(happenings, bets), { minLength: together, maxLength: together });
  let played = 0;
  let events = 0;
  let staked = 0;
  const tell = (fault?: string) => process.send!({ played, events, staked, fault });
  const play = (batch: readonly (readonly [Happening[], Bet])[]) =>
    testingStories(
      ctx,
      batch.map(([story]) => story),
      (tx) =>
        testingBets(
          tx,
          batch.map(([, bet]) => bet),
        ),
    );
  try {
    for (let batch = 0; batch < batches; batch++) {
      if (batch % batchesBetweenVacuums === 0) await sweeper.unsafe(`vacuum (analyze) ${swept.join(', ')}`);
      const [stories] = fc.sample(several, { numRuns: 1, seed: seed + batch }) as [[Happening[], Bet][]];
      await play(stories).catch(async (error) => {
        for (const story of stories)
          await play([story]).catch((alone) => {
            const told = JSON.stringify(story, (_, value) =>
              typeof value === 'bigint' ? `${value}n` : value,
            );
            throw new Error(`${alone.message}: ${told}`);
          });
        throw new Error(`seed ${seed + batch}, only all together: ${error.message} ${error.cause ?? ''}`);
      });
      played += stories.length;
      events += stories.reduce((sum, [story]) => sum + story.length, 0);
      staked += stories.reduce((sum, [, bet]) => sum + bet.stakes.length, 0);
      tell();
    }
  } catch (error) {
    tell((error as Error).message.slice(0, 4000));
  } finally {
    await sql.end();
    await sweeper.end();
  }
}

const [url = '', sequences, seed] = process.argv.slice(2);
await player(url, Number(sequences), Number(seed));
