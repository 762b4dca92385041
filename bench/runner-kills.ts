import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import type { BenchCtx, BenchResult } from '../local/bench.ts';
import { freePort } from '../local/free-port.ts';
import { startPostgres } from '../local/postgres.ts';

export const needs = 'nothing';

const runsPerRound = 4;
const roundsPerDrain = 25;
const drainLimitMs = 90_000;
const midRuns = 200;
const goals = { notEnded: 0, failed: 0, endedTwice: 0, replaced: 0, unexplainedRepeats: 0, midKillMs: 5000 };

const signingKey = 'signkey-test-0123456789abcdef0123456789abcdef';
const eventKey = 'bench-event-key';
const targets = ['runner', 'app', 'postgres'] as const;
type Target = (typeof targets)[number];
type Kill = { target: Target; at: number };
/** A step that began: when, and when the runner had made the call in which it did. */
type Effect = { run: number; step: string; token: string; called: number; at: number };

/**
 * `npm run bench -- runner-kills [rounds]`: kill -9 at random of the runner, the app or Postgres with work in flight,
 * each started again at once. Then: every run ended, and ended once; no recorded result was replaced; the function went on
 * with what is recorded; a step ran again only when a kill fell between the call for it and its record. At last, how long
 * 200 runs take to end when the runner, or the app, is killed in the middle of them.
 */
export async function run({ dataDir, args, say }: BenchCtx): Promise<BenchResult> {
  const rounds = Number(args[0] ?? 500);
  const stage = await openStage(dataDir);
  try {
    const kills: Kill[] = [];
    const judge = createJudge(stage, kills);
    const begun = Date.now();
    for (let round = 0; round < rounds; round++) {
      await stage.send(
        'kills/work',
        Array.from({ length: runsPerRound }, (_, i) => round * runsPerRound + i),
      );
      await pause(Math.random() * 300);
      const target = targets[Math.floor(Math.random() * targets.length)] as Target;
      kills.push({ target, at: Date.now() });
      await stage.kill(target);
      await judge.look();
      if ((round + 1) % roundsPerDrain === 0 || round === rounds - 1) {
        const notEnded = await stage.drain(drainLimitMs);
        await judge.look('1 day');
        const seconds = Math.round((Date.now() - begun) / 1000);
        say(`${round + 1} of ${rounds} rounds, ${seconds} s, ${notEnded} runs not ended`);
        if (notEnded > 0) break;
      }
    }
    const verdict = await judge.verdict(kills.length * runsPerRound);
    say(JSON.stringify(verdict));
    const midKillMs: Record<string, number[]> = { runner: [], app: [] };
    for (const target of ['runner', 'app'] as const)
      for (let sample = 0; sample < 3; sample++)
        midKillMs[target]?.push(await killInTheMiddle(stage, target));
    const after = await judge.verdict();
    const worst = Math.max(...Object.values(midKillMs).flat());
    say(`${midRuns} runs, killed in the middle, all done after the restart: ${JSON.stringify(midKillMs)} ms`);
    const killed = Object.fromEntries(
      targets.map((target) => [target, kills.filter((kill) => kill.target === target).length]),
    );
    const sum = (name: keyof typeof verdict) => verdict[name] + (after[name] ?? 0);
    return {
      figures: {
        rounds: kills.length,
        kills: killed,
        ...verdict,
        midKillMs,
        seconds: Math.round((Date.now() - begun) / 1000),
      },
      goals,
      pass:
        worst < goals.midKillMs &&
        (['notEnded', 'failed', 'endedTwice', 'replaced', 'unexplainedRepeats'] as const).every(
          (name) => sum(name) === 0,
        ),
    };
  } finally {
    await stage.close();
  }
}

type Stage = Awaited<ReturnType<typeof openStage>>;

/** Postgres, the runner as it is run for real, and the app, each in its own process and started again when it ends. */
async function openStage(dataDir: string) {
  const home = join(dataDir, 'kills');
  const [postgresPort, runnerPort, appPort] = [await freePort(), await freePort(), await freePort()];
  const logFile = join(dataDir, 'effects.jsonl');
  let server = await startPostgres({ dataDir: home, port: postgresPort });
  const admin = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
  await admin`create database kills`;
  await admin.end();
  const databaseUrl = server.superuserUrl.replace(/\/postgres$/, '/kills');
  const runnerUrl = `http://127.0.0.1:${runnerPort}`;
  const env = {
    ...process.env,
    INNGEST_DEV: '',
    INNGEST_SIGNING_KEY: signingKey,
    INNGEST_EVENT_KEY: eventKey,
    INNGEST_BASE_URL: runnerUrl,
  };
  let closing = false;
  const keep = (file: string, ready: string, own: Record<string, string>) => {
    let child: ChildProcess;
    let isReady: Promise<void>;
    let synced = () => {};
    const isSynced = new Promise<void>((resolve) => {
      synced = resolve;
    });
    const start = () => {
      child = spawn(process.execPath, [join(import.meta.dirname, file)], {
        env: { ...env, ...own },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      isReady = new Promise((resolve) => {
        child.stdout?.on('data', (chunk) => {
          if (String(chunk).includes(ready)) resolve();
          if (String(chunk).includes('synced')) synced();
        });
      });
      child.once('exit', () => {
        if (closing) return;
        // A runner that found no database has waited already.
        setTimeout(() => !closing && start(), 10);
      });
    };
    start();
    return {
      ready: () => isReady,
      isSynced,
      async kill9() {
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
        await pause(15);
      },
    };
  };
  const runner = keep('../local/inngest/main.ts', 'runner ready', {
    DATABASE_URL: databaseUrl,
    RUNNER_PORT: String(runnerPort),
    RUNNER_BACKOFF_MS: '500',
  });
  const app = keep('runner/killed-app.ts', 'app ready', { PORT: String(appPort), LOG: logFile });
  await Promise.all([runner.ready(), app.isSynced]);
  let wanted = 0;

  /** One look at the database on a connection of its own: the driver does not outlive a killed server well. */
  const query = async <T>(ask: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      const sql = postgres(databaseUrl, {
        max: 1,
        onnotice: () => {},
        connect_timeout: 5,
        connection: { search_path: 'inngest_runner' },
      });
      try {
        return await ask(sql);
      } catch (error) {
        if (tries >= 100) throw error;
        await pause(100);
      } finally {
        await sql.end({ timeout: 1 }).catch(() => {});
      }
    }
  };
  const open = () =>
    query(async (sql) => {
      const [row] = await sql`
        select count(*) filter (where ended_at is null)::int as open,
          count(*) filter (where function_id in ('killed-work', 'killed-short'))::int as begun from runs`;
      return (row?.open as number) + Math.max(0, wanted - (row?.begun as number));
    });
  return {
    runnerUrl,
    logFile,
    query,
    open,
    /** Sends until the runner says it has them; the ids make a repeated request harmless. */
    async send(name: string, runs: number[]) {
      wanted += runs.length;
      const events = runs.map((each) => ({ name, id: `${name} ${each}`, data: { run: each } }));
      for (;;) {
        const answer = await fetch(`${runnerUrl}/e/${eventKey}`, {
          method: 'POST',
          body: JSON.stringify(events),
          signal: AbortSignal.timeout(10_000),
        }).catch(() => undefined);
        if (answer?.status === 200) return;
        await pause(20);
      }
    },
    async kill(target: Target) {
      if (target === 'postgres') {
        server.kill9();
        await server.exited;
        server = await startPostgres({ dataDir: home, port: postgresPort });
        return;
      }
      const process = target === 'runner' ? runner : app;
      await process.kill9();
      await process.ready();
    },
    /** Waits until every run has ended; gives how many have not. */
    async drain(limitMs: number) {
      const end = Date.now() + limitMs;
      let left = await open();
      while (left > 0 && Date.now() < end) {
        await pause(25);
        left = await open();
      }
      return left;
    },
    async close() {
      closing = true;
      await Promise.all([runner.kill9(), app.kill9()]);
      await server.stop();
    },
  };
}

/** Looks at what is recorded after each kill, and says at the end what went wrong. */
function createJudge(stage: Stage, kills: Kill[]) {
  const recorded = new Map<string, string>();
  const ends = new Map<string, string>();
  const recordedAt = new Map<string, number>();
  let replaced = 0;
  let endedTwice = 0;
  const look = async (since = '20 seconds') => {
    const { steps, runs } = await stage.query(async (sql) => ({
      steps: await sql`
        select s.run_id, s.id, s.memo, s.ended_at from steps s join runs r on r.id = s.run_id
        where r.started_at > now() - ${since}::interval`,
      runs: await sql`
        select id, status, output, error, ended_at from runs
        where ended_at is not null and started_at > now() - ${since}::interval`,
    }));
    for (const { run_id, id, memo, ended_at } of steps) {
      const key = `${run_id} ${id}`;
      if (recorded.has(key) && recorded.get(key) !== memo) replaced++;
      if (!recorded.has(key)) recordedAt.set(key, (ended_at as Date).getTime());
      recorded.set(key, memo);
    }
    for (const { id, status, output, error, ended_at } of runs) {
      const end = JSON.stringify([status, output, error, ended_at]);
      if (ends.has(id) && ends.get(id) !== end) endedTwice++;
      ends.set(id, end);
    }
  };
  return {
    look,
    async verdict(wanted = 0) {
      await look('1 day');
      const effects = existsSync(stage.logFile)
        ? readFileSync(stage.logFile, 'utf8').split('\n').filter(Boolean)
        : [];
      const effectsOf = new Map<string, Effect[]>();
      for (const effect of effects.map((line) => JSON.parse(line) as Effect)) {
        const key = `${effect.run} ${effect.step}`;
        effectsOf.set(key, [...(effectsOf.get(key) ?? []), effect]);
      }
      const rows = await stage.query(
        (sql) => sql`
        select r.id, r.function_id, r.status, r.output, r.ended_at, e.payload from runs r join events e on e.id = r.event_ids[1]`,
      );
      const memos = await stage.query(
        (sql) => sql`select run_id, name, memo, ended_at from steps where op = 'StepRun'`,
      );
      const memoOf = new Map(memos.map((memo) => [`${memo.run_id} ${memo.name}`, memo]));
      const works = rows.filter((row) => row.function_id === 'killed-work');
      const failed = rows.filter((row) => row.ended_at && row.status !== 'completed').length;
      const told = rows.filter((row) => row.function_id === 'killed-told').length;
      let unexplained = 0;
      let repeats = 0;
      let foreign = 0;
      for (const row of works) {
        const { run } = (JSON.parse(row.payload) as { data: { run: number } }).data;
        const output = JSON.parse(row.output ?? '{}') as Record<string, string>;
        for (const step of ['one', 'two', 'three', 'four']) {
          const ran = effectsOf.get(`${run} ${step}`) ?? [];
          const memo = memoOf.get(`${row.id} ${step}`);
          const kept = memo && (JSON.parse(memo.memo) as { data: string }).data;
          // What the function went on with is what is recorded, and something that this step answered.
          if (row.ended_at && (kept !== output[step] || !ran.some(({ token }) => token === kept))) foreign++;
          for (const [i, again] of ran.slice(1).entries()) {
            repeats++;
            const { called } = ran[i] as Effect;
            const at = memo ? (memo.ended_at as Date).getTime() : Number.POSITIVE_INFINITY;
            const killedInside = kills.some((kill) => kill.at >= called - 5 && kill.at <= again.at);
            // Never after its result was there (5 ms for two clocks), and not without a kill inside.
            if (again.at > at + 5 || !killedInside) unexplained++;
          }
        }
      }
      return {
        runs: works.length,
        stepRuns: effects.length,
        repeats,
        repeatedTellings: Math.max(0, told - works.length),
        unexplainedRepeats: unexplained,
        replaced: replaced + foreign,
        endedTwice,
        failed,
        notEnded: rows.filter((row) => !row.ended_at).length + Math.max(0, wanted - works.length),
      };
    },
  };
}

let batches = 0;

/** Milliseconds from the restart until all of 200 runs have ended, of which about half the steps were done. */
async function killInTheMiddle(stage: Stage, target: 'runner' | 'app'): Promise<number> {
  const first = ++batches * 100_000;
  const count = () =>
    stage.query(async (sql) => {
      const [row] = await sql`
        select count(*)::int as n from steps s join runs r on r.id = s.run_id
        where r.function_id = 'killed-short' and r.ended_at is null or r.started_at > now() - interval '1 minute'`;
      return row?.n as number;
    });
  const before = await count();
  await stage.send(
    'kills/short',
    Array.from({ length: midRuns }, (_, i) => first + i),
  );
  while ((await count()) - before < midRuns * 1.2) await pause(5);
  // Counted from the moment of the kill: the restart itself is in it.
  const killed = Date.now();
  await stage.kill(target);
  if ((await stage.drain(60_000)) > 0) return Number.POSITIVE_INFINITY;
  return Date.now() - killed;
}
