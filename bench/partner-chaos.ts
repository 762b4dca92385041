import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { migrate } from '#db/migrate.ts';
import { playChaos } from '#inngest/testing/testing-chaos.ts';
import { createCtx, uuidv7 } from '#lib/kernel/ctx.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';

export const needs = 'database';

/** `npm run bench -- partner-chaos [movements] [seed]`: charges and payouts through partners at their worst, by a moved clock. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const movements = Number(args[0] ?? 10_000);
  const seed = Number(args[1] ?? Date.now() % 1_000_000_000);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe('create database bench_chaos');
  await admin.end();
  const url = new URL(superuserUrl);
  url.pathname = '/bench_chaos';
  await migrate(url.href);
  url.searchParams.set('role', 'mcf_app');
  const opened = connect(url.href, { maxConnections: 16 });
  const began = performance.now();
  try {
    say(`${movements} movements, seed ${seed}`);
    const ctx = {
      ...createCtx(opened.db, { kind: 'system', id: 'bench' }),
      newId: () => uuidv7(new Date()),
    };
    const { figures, faults } = await playChaos(ctx, { movements, seed, say });
    for (const fault of faults.slice(0, 20)) say(fault);
    const ordered = Number(figures.charges) + Number(figures.payouts);
    return {
      figures: {
        ...figures,
        movements: ordered,
        faults: faults.length,
        seed,
        seconds: Math.round((performance.now() - began) / 1000),
      },
      goals: { movements, faults: 0 },
      pass: faults.length === 0 && ordered >= movements,
    };
  } finally {
    await opened.close();
  }
}
