import { fork } from 'node:child_process';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '#db/migrate.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

const players = 4;
/** Seeds of two players never meet. */
const apart = 1_000_000;

/** `npm run bench -- ledger-model [sequences] [seed]`: random business events against plain arithmetic, bets among them. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const sequences = Number(args[0] ?? 100_000);
  const seed = Number(args[1] ?? Date.now() % apart);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  const begun = performance.now();
  say(`${sequences} sequences, seed ${seed}`);
  const told = await Promise.all(
    Array.from({ length: players }, async (_, player) => {
      const url = new URL(superuserUrl);
      url.pathname = `/bench_model_${player}`;
      await admin.unsafe(`create database bench_model_${player}`);
      await migrate(url.href);
      const child = fork(join(import.meta.dirname, 'ledger', 'testing-player.ts'), [
        url.href,
        String(Math.ceil(sequences / players)),
        String(seed + player * apart),
      ]);
      let last: { played: number; events: number; staked: number; fault?: string } = {
        played: 0,
        events: 0,
        staked: 0,
      };
      child.on('message', (message: typeof last) => {
        last = message;
        const seconds = (performance.now() - begun) / 1000;
        if (message.played % 1000 === 0)
          say(`player ${player}: ${message.played} after ${Math.round(seconds)} s`);
      });
      const code = await new Promise((resolve) => child.on('exit', resolve));
      return { ...last, fault: last.fault ?? (code === 0 ? undefined : `exit ${code}`) };
    }),
  );
  await admin.end();
  const sum = (of: 'played' | 'events' | 'staked') => told.reduce((total, player) => total + player[of], 0);
  const faults = told.flatMap(({ fault }) => fault ?? []);
  const seconds = Math.round((performance.now() - begun) / 1000);
  return {
    figures: {
      sequences: sum('played'),
      events: sum('events'),
      stakes: sum('staked'),
      seed,
      seconds,
      faults,
    },
    goals: { sequences, faults: 0 },
    pass: faults.length === 0 && sum('played') >= sequences,
  };
}
