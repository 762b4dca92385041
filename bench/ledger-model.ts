import { fork } from 'node:child_process';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '#db/migrate.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

const players = 2;

/** `npm run bench -- ledger-model [sequences]`: random business events against plain arithmetic, on two databases at a time. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const sequences = Number(args[0] ?? 100_000);
  const seed = Number(args[1] ?? Date.now() % 1_000_000_000);
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
        String(seed + player),
      ]);
      let played = 0;
      let fault: string | undefined;
      child.on('message', (message: { played: number; fault?: string }) => {
        if (message.played % 5000 === 0 && message.played) say(`player ${player}: ${message.played}`);
        ({ played, fault } = message);
      });
      const code = await new Promise((resolve) => child.on('exit', resolve));
      return { played, fault: fault ?? (code === 0 ? undefined : `exit ${code}`) };
    }),
  );
  await admin.end();
  const played = told.reduce((sum, player) => sum + player.played, 0);
  const faults = told.flatMap(({ fault }) => fault ?? []);
  return {
    figures: { sequences: played, seed, seconds: Math.round((performance.now() - begun) / 1000), faults },
    goals: { sequences, faults: 0 },
    pass: faults.length === 0 && played >= sequences,
  };
}
