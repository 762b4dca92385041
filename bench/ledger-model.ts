import { fork } from 'node:child_process';
import fc from 'fast-check';
import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { happenings, play } from '#lib/billing/testing-model.ts';
import { createCtx, uuidv7 } from '#lib/kernel/ctx.ts';
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
      const child = fork(import.meta.filename, [
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

async function player(url: string, sequences: number, seed: number): Promise<void> {
  const app = new URL(url);
  app.searchParams.set('role', 'mcf_app');
  const { db, close } = connect(app.href, { maxConnections: 1 });
  const ctx = { ...createCtx(db, { kind: 'system', id: 'bench' }), newId: () => uuidv7(new Date()) };
  let played = 0;
  try {
    const every = fc.asyncProperty(happenings, async (story) => {
      await play(ctx, story);
      played += 1;
      if (played % 500 === 0) process.send!({ played });
    });
    await fc.assert(every, { numRuns: sequences, seed });
    process.send!({ played });
  } catch (error) {
    process.send!({ played, fault: (error as Error).message.slice(0, 4000) });
  } finally {
    await close();
  }
}

if (process.send && process.argv[2]?.startsWith('postgres://'))
  await player(process.argv[2], Number(process.argv[3]), Number(process.argv[4]));
