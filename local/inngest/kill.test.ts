import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Inngest } from 'inngest';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createDatabase, eventKey, eventually, freePort, runsOf, signingKey, startApp } from './testing.ts';

const RUNS = 50;
const KILLS = 5;
/** A busy machine takes its time; what is lost does not move at all. */
const STALLED_MS = 20_000;

/** The runner as it is run for real: its own process, signed. */
async function spawnRunner(databaseUrl: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      RUNNER_PORT: String(port),
      INNGEST_SIGNING_KEY: signingKey,
      INNGEST_EVENT_KEY: eventKey,
      INNGEST_DEV: '',
      RUNNER_BACKOFF_MS: '100',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => String(chunk).includes('runner ready') && resolve());
    child.once('exit', (code) => reject(new Error(`the runner ended with ${code}: ${errors}`)));
  });
  return child;
}

test(`kill -9 of the runner in the middle of ${RUNS} runs: each ends once, no recorded result is replaced`, {
  timeout: 600_000,
}, async () => {
  const databaseUrl = await createDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const client = new Inngest({
    id: 'app',
    isDev: false,
    baseUrl: url,
    eventKey,
    signingKey,
    logger: { info() {}, warn() {}, error() {}, debug() {} },
  });
  /** How often each step of each run really ran, and what it answered each time. */
  const effects = new Map<string, number[]>();
  let counter = 0;
  const effect = async (n: number, step: string) => {
    await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 20));
    const answers = effects.get(`${n} ${step}`) ?? [];
    answers.push(++counter);
    effects.set(`${n} ${step}`, answers);
    return counter;
  };
  const work = client.createFunction(
    { id: 'work', retries: 10, triggers: [{ event: 'a/work' }] },
    async ({ event, step }) => {
      const { n } = event.data;
      const one = await step.run('one', () => effect(n, 'one'));
      const [two, three] = await Promise.all([
        step.run('two', () => effect(n, 'two')),
        step.run('three', () => effect(n, 'three')),
      ]);
      await step.sleep('nap', '1s');
      const ids = (await step.sendEvent('tell', { name: 'a/told', data: { n } })).ids;
      const four = await step.run('four', () => effect(n, 'four'));
      return { n, results: [one, two, three, four], told: ids.length };
    },
  );
  const told = client.createFunction(
    { id: 'told', retries: 10, triggers: [{ event: 'a/told' }] },
    async ({ event }) => event.data.n,
  );
  const app = await startApp(client, [work, told]);
  let runner = await spawnRunner(databaseUrl, port);
  const sql = postgres(databaseUrl, { max: 1, connection: { search_path: 'inngest_runner' } });
  try {
    expect((await fetch(app.url, { method: 'PUT' })).status).toBe(200);
    const events = Array.from({ length: RUNS }, (_, n) => ({ name: 'a/work', data: { n } }));
    const sent = await fetch(`${url}/e/${eventKey}`, { method: 'POST', body: JSON.stringify(events) });
    expect(((await sent.json()) as { ids: string[] }).ids.length).toBe(RUNS);

    const recorded = new Map<string, string>();
    const replaced: string[] = [];
    const look = async () => {
      for (const { run_id, id, memo } of await sql`select run_id, id, memo from steps`) {
        const before = recorded.get(`${run_id} ${id}`);
        if (before !== undefined && before !== memo) replaced.push(`${run_id} ${id}: ${before} -> ${memo}`);
        recorded.set(`${run_id} ${id}`, memo);
      }
    };
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise((resolve) => setTimeout(resolve, 60 + Math.random() * 300));
      const gone = once(runner, 'exit');
      runner.kill('SIGKILL');
      await gone;
      await look();
      runner = await spawnRunner(databaseUrl, port);
    }
    /** Of which runs it was told: a kill between an event that was taken and its step's result has it sent again. */
    const toldOnes = async () => {
      const told = await runsOf({ url }, '&function=app-told');
      expect(told.length).toBeLessThanOrEqual(RUNS * (1 + KILLS));
      return new Set(told.map((run) => run.output));
    };
    const restarted = Date.now();
    let moved = { at: restarted, seen: '' };
    await eventually(
      `every run ended, or at least something happened within ${STALLED_MS} ms`,
      async () => {
        await look();
        const [seen] = await sql`
          select (select count(*)::int from steps) as steps, count(*)::int as runs,
            count(*) filter (where ended_at is null)::int as open from runs`;
        if (JSON.stringify(seen) !== moved.seen) moved = { at: Date.now(), seen: JSON.stringify(seen) };
        if (Date.now() - moved.at > STALLED_MS) {
          const left = await sql`select kind, attempt, due_at, locked_by, error from queue`;
          throw new Error(`nothing happens any more: ${moved.seen}, waiting: ${JSON.stringify(left)}`);
        }
        return seen?.open === 0 && (await toldOnes()).size === RUNS;
      },
      500_000,
    );
    console.log(`all done ${Date.now() - restarted} ms after the last restart`);

    const runs = await runsOf({ url }, '&function=app-work');
    expect(runs.length).toBe(RUNS);
    expect(runs.filter((run) => run.status !== 'completed').map((run) => run.error)).toEqual([]);
    expect(replaced).toEqual([]);
    for (const run of runs) {
      const { n, results } = run.output as { n: number; results: number[] };
      for (const [i, step] of ['one', 'two', 'three', 'four'].entries()) {
        // What the run went on with is what is recorded, and something that this step really answered.
        expect(effects.get(`${n} ${step}`)).toContain(results[i]);
        expect(run.steps.filter((each) => each.name === step).length).toBe(1);
      }
    }
    const memos = await sql`select memo from steps where name in ('one', 'two', 'three', 'four')`;
    const kept = new Set(memos.map(({ memo }) => (JSON.parse(memo) as { data: number }).data));
    expect(
      runs.flatMap((run) => (run.output as { results: number[] }).results).filter((each) => !kept.has(each)),
    ).toEqual([]);
    // A step runs again only when a kill fell into it: never more often than there were kills.
    const repeats = [...effects.values()].map((answers) => answers.length - 1);
    expect(Math.max(...repeats)).toBeLessThanOrEqual(KILLS);
    console.log(`${repeats.reduce((a, b) => a + b, 0)} of ${effects.size} steps ran again`);
    expect(await sql`select * from queue`).toEqual([]);
  } finally {
    runner.kill('SIGKILL');
    await app.close();
    await sql.end();
  }
});
