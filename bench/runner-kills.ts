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
const roundsPerLine = 25;
const drainLimitMs = 90_000;
const mostInFlight = 20;
const midRuns = 200;
const zero = [
  'notEnded',
  'failed',
  'endedTwice',
  'resultsLost',
  'resultsReplaced',
  'repeatsOutside',
] as const;
const goals = { ...Object.fromEntries(zero.map((name) => [name, 0])), midKillMs: 5000 };

const signingKey = 'signkey-test-0123456789abcdef0123456789abcdef';
const eventKey = 'bench-event-key';
const targets = ['runner', 'app', 'postgres'] as const;
type Target = (typeof targets)[number];
/** `until` is when the database answers again: till then nothing can be recorded. */
type Kill = { target: Target; at: number; until: number };
/** A step that began: when, and when the runner had made the call in which it did. */
type Effect = { run: number; step: string; token: string; called: number; at: number };

/**
 * `npm run bench -- runner-kills [rounds]`: kill -9 at random of the runner, the app or Postgres with work in flight. Each
 * is started again at once, and the next round does not wait for it: a kill meets the work of several rounds, often while
 * another of the three is still coming up. At the end: every run ended, and ended once; no recorded result was lost or
 * replaced; the function went on with what is recorded; a step ran again only when a kill fell, or the database was
 * dead, between the call for it and its record. At last, how long 200 runs take to end when the runner, or the app, is
 * killed in the middle of them.
 */
export async function run({ dataDir, args, say }: BenchCtx): Promise<BenchResult> {
  const rounds = Number(args[0] ?? 500);
  const stage = await openStage(dataDir, say);
  try {
    const kills: Kill[] = [];
    const judge = createJudge(stage, kills);
    const begun = Date.now();
    const seconds = () => Math.round((Date.now() - begun) / 1000);
    let looking: Promise<void> | undefined;
    for (let round = 0; round < rounds; round++) {
      await stage.send(
        'kills/work',
        Array.from({ length: runsPerRound }, (_, i) => round * runsPerRound + i),
      );
      await pause(Math.random() * 300);
      const target = targets[Math.floor(Math.random() * targets.length)] as Target;
      await stage.up(target);
      const kill = { target, at: Date.now(), until: Date.now() };
      kills.push(kill);
      await stage.kill(target);
      if (target === 'postgres')
        void stage.up(target).then(() => {
          kill.until = Date.now();
        });
      looking ??= judge.look().finally(() => {
        looking = undefined;
      });
      if ((round + 1) % roundsPerLine > 0) continue;
      // More and more of them would only wait for one another.
      const inFlight = await stage.open();
      await stage.drain(drainLimitMs, mostInFlight);
      say(`${round + 1} of ${rounds} rounds, ${seconds()} s, ${inFlight} runs in flight at the last kill`);
    }
    const notEnded = await stage.drain(drainLimitMs);
    await looking;
    const roundSeconds = seconds();
    const verdict = await judge.verdict(kills.length * runsPerRound);
    const killed = Object.fromEntries(
      targets.map((target) => [target, kills.filter((kill) => kill.target === target).length]),
    );
    const figures = { rounds: kills.length, kills: killed, ...verdict, roundSeconds };
    say(`${rounds} rounds, ${roundSeconds} s, ${notEnded} runs not ended`);
    say(JSON.stringify(figures));
    const midKillMs: Record<string, number[]> = { runner: [], app: [] };
    for (const target of ['runner', 'app'] as const)
      for (let sample = 0; sample < 3; sample++)
        midKillMs[target]?.push(await killInTheMiddle(stage, target));
    const after = await judge.verdict();
    const worst = Math.max(...Object.values(midKillMs).flat());
    say(`${midRuns} runs, killed in the middle, all done after the restart: ${JSON.stringify(midKillMs)} ms`);
    return {
      figures: { ...figures, midKillMs, seconds: seconds() },
      goals,
      pass: worst < goals.midKillMs && zero.every((name) => verdict[name] + after[name] === 0),
    };
  } finally {
    await stage.close();
  }
}

type Stage = Awaited<ReturnType<typeof openStage>>;

/** Postgres, the runner as it is run for real, and the app, each in its own process and started again when it ends. */
async function openStage(dataDir: string, say: BenchCtx['say']) {
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
    let up = Promise.withResolvers<void>();
    const synced = Promise.withResolvers<void>();
    const start = () => {
      child = spawn(process.execPath, [join(import.meta.dirname, file)], {
        env: { ...env, ...own },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout?.on('data', (chunk) => {
        if (String(chunk).includes(ready)) up.resolve();
        if (String(chunk).includes('synced')) synced.resolve();
      });
      child.once('exit', () => {
        // Whoever waits already goes on waiting, for the next one.
        const before = up;
        up = Promise.withResolvers<void>();
        up.promise.then(before.resolve);
        // A runner that found no database has waited already.
        setTimeout(() => !closing && start(), 10);
      });
    };
    start();
    return {
      up: () => up.promise,
      isSynced: synced.promise,
      async kill9() {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  };
  const runner = keep('../local/inngest/main.ts', 'runner ready', {
    DATABASE_URL: databaseUrl,
    RUNNER_PORT: String(runnerPort),
    RUNNER_BACKOFF_MS: '500',
  });
  const app = keep('runner/killed-app.ts', 'app ready', { PORT: String(appPort), LOG: logFile });
  await Promise.all([runner.up(), app.isSynced]);
  let wanted = 0;
  let databaseUp: Promise<unknown> = Promise.resolve();

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
    say,
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
    /** When it answers (again). */
    up: (target: Target) => (target === 'postgres' ? databaseUp : { runner, app }[target].up()),
    /** Kills it, and lets it come up again in the background. */
    async kill(target: Target) {
      if (target !== 'postgres') return { runner, app }[target].kill9();
      server.kill9();
      await server.exited;
      databaseUp = startPostgres({ dataDir: home, port: postgresPort }).then((next) => {
        server = next;
      });
    },
    /** Waits until every run has ended, or all but so many; gives how many have not. */
    async drain(limitMs: number, most = 0) {
      const end = Date.now() + limitMs;
      let left = await open();
      while (left > most && Date.now() < end) {
        await pause(25);
        left = await open();
      }
      return left;
    },
    async close() {
      closing = true;
      await Promise.all([runner.kill9(), app.kill9(), databaseUp]);
      await server.stop();
    },
  };
}

/** Looks at what is recorded after each kill, and says at the end what went wrong. */
function createJudge(stage: Stage, kills: Kill[]) {
  const recorded = new Map<string, string>();
  const ends = new Map<string, string>();
  let replaced = 0;
  let endedTwice = 0;
  const look = async (since = '20 seconds') => {
    const { steps, runs } = await stage.query(async (sql) => ({
      steps: await sql`
        select s.run_id, s.id, s.memo from steps s join runs r on r.id = s.run_id
        where r.started_at > now() - ${since}::interval`,
      runs: await sql`
        select id, status, output, error, ended_at from runs
        where ended_at is not null and started_at > now() - ${since}::interval`,
    }));
    for (const { run_id, id, memo } of steps) {
      const key = `${run_id} ${id}`;
      if (recorded.has(key) && recorded.get(key) !== memo) replaced++;
      recorded.set(key, memo);
    }
    for (const { id, status, output, error, ended_at } of runs) {
      const end = JSON.stringify([status, output, error, ended_at]);
      if (ends.has(id) && ends.get(id) !== end) endedTwice++;
      ends.set(id, end);
    }
    return new Set(steps.map(({ run_id, id }) => `${run_id} ${id}`));
  };
  return {
    look: async () => {
      await look();
    },
    async verdict(wanted = 0) {
      const there = await look('1 day');
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
      let outside = 0;
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
            const before = ran[i] as Effect;
            const called = Math.min(before.called, again.called);
            const at = memo ? (memo.ended_at as Date).getTime() : Number.POSITIVE_INFINITY;
            // A runner that died cannot call off its call: the app goes on with it beside the next one's.
            const killedInside = kills.some((kill) => kill.until >= called - 5 && kill.at <= again.at);
            // Never by a call made after the result was there (5 ms for two clocks), and not without a kill inside.
            if (again.called <= at + 5 && killedInside) continue;
            outside++;
            const near = kills.filter((kill) => Math.abs(kill.at - called) < 5000);
            const since = ({ target, at }: Kill) => `${target} ${at - called} ms`;
            stage.say(
              `outside: ${step} of ${run} ran again ${again.at - called} ms after its call, recorded ${at - called} ms after it; kills: ${near.map(since).join(', ')}`,
            );
          }
        }
      }
      return {
        runs: works.length,
        stepRuns: effects.length,
        resultsRecorded: recorded.size,
        resultsLost: [...recorded.keys()].filter((key) => !there.has(key)).length,
        resultsReplaced: replaced + foreign,
        repeatsInside: repeats - outside,
        repeatsOutside: outside,
        repeatedTellings: Math.max(0, told - works.length),
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
  await stage.up(target);
  if ((await stage.drain(60_000)) > 0) return Number.POSITIVE_INFINITY;
  return Date.now() - killed;
}
