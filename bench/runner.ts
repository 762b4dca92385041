import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import type { BenchCtx, BenchResult } from '../local/bench.ts';
import { freePort } from '../local/free-port.ts';

export const needs = 'database';

const singleEvents = 300;
const manyRuns = 1000;
const runsPerRequest = 100;
const idleMs = 5000;
/** Times "bare, the real SDK, checkpointing", measured beside it. */
const goals = { startP50Times: 1.5, stepGapP50Times: 1.3, stepsPerSecondTimes: 0.75, idleCpuPercent: 1 };

const names = {
  bare: 'bare: one HTTP round trip + one commit per step',
  bareSdk: 'bare, the real SDK, checkpointing',
  bareClassic: 'bare, the real SDK, one call per step',
  runner: 'our runner, the real SDK',
} as const;
type Name = keyof typeof names;
type Times = [run: number, step: number, begun: number, ended: number][];
type Samples = { start: number[]; gap: number[]; perSecond: number[]; cpu: number[]; idle: number[] };

/**
 * `npm run bench -- runner [rounds]`: the runner beside what no durable runner can do without, in one run on one durable
 * Postgres. The contenders take turns in each round, in another order each time, so that whatever else the machine does
 * meets all of them; medians over all.
 */
export async function run({ superuserUrl, dataDir, args, say }: BenchCtx): Promise<BenchResult> {
  const rounds = Number(args[0] ?? 10);
  const contenders = await startAll(superuserUrl);
  try {
    const samples = Object.fromEntries(
      contenders.map(({ name }) => [name, { start: [], gap: [], perSecond: [], cpu: [], idle: [] }]),
    ) as unknown as Record<Name, Samples>;
    // Each is a process that runs for weeks: what it does in its first seconds is not measured.
    for (const contender of contenders) {
      await sendSingles(contender, 20);
      await sendMany(contender, 500, dataDir);
    }
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < contenders.length; turn++) {
        const contender = contenders[(turn + round) % contenders.length] as Contender;
        const own = samples[contender.name];
        const { start, gap } = await sendSingles(contender, Math.ceil(singleEvents / rounds));
        own.start.push(...start);
        own.gap.push(...gap);
        const { perSecond, cpu } = await sendMany(contender, Math.ceil(manyRuns / rounds), dataDir);
        own.perSecond.push(perSecond);
        own.cpu.push(cpu);
      }
      say(`round ${round + 1} of ${rounds}`);
    }
    // Those that are not measured are stopped first: Postgres is theirs too.
    for (const contender of contenders.toReversed()) {
      await pause(1500);
      const before = cpuMs(contender, dataDir);
      await pause(idleMs);
      samples[contender.name].idle.push(((cpuMs(contender, dataDir) - before) / idleMs) * 100);
      contender.stop();
    }
    const figures = Object.fromEntries(
      contenders.map(({ name }) => {
        const { start, gap, perSecond, cpu, idle } = samples[name];
        return [
          name,
          {
            startP50Ms: at(start, 0.5),
            startP95Ms: at(start, 0.95),
            stepGapP50Ms: at(gap, 0.5),
            stepsPerSecond: Math.round(at(perSecond, 0.5)),
            cpuMsPerStep: at(cpu, 0.5),
            idleCpuPercent: at(idle, 0.5),
          },
        ];
      }),
    ) as Record<Name, Figures>;
    say(`${''.padEnd(50)}  start p50 / p95    gap p50   steps/s   CPU ms/step   idle CPU %`);
    for (const { name } of contenders) {
      const { startP50Ms, startP95Ms, stepGapP50Ms, stepsPerSecond, cpuMsPerStep, idleCpuPercent } =
        figures[name];
      say(
        `${names[name].padEnd(50)}${`${startP50Ms} / ${startP95Ms}`.padStart(17)}${String(stepGapP50Ms).padStart(11)}${String(stepsPerSecond).padStart(10)}${String(cpuMsPerStep).padStart(14)}${String(idleCpuPercent).padStart(13)}`,
      );
    }
    const times = (pick: (figures: Figures) => number) =>
      Math.round((pick(figures.runner) / pick(figures.bareSdk)) * 100) / 100;
    const beside = {
      startP50Times: times((each) => each.startP50Ms),
      stepGapP50Times: times((each) => each.stepGapP50Ms),
      stepsPerSecondTimes: times((each) => each.stepsPerSecond),
      idleCpuPercent: figures.runner.idleCpuPercent,
    };
    return {
      figures: { ...figures, runnerBesideBareSdk: beside },
      goals,
      pass:
        beside.startP50Times <= goals.startP50Times &&
        beside.stepGapP50Times <= goals.stepGapP50Times &&
        beside.stepsPerSecondTimes >= goals.stepsPerSecondTimes &&
        beside.idleCpuPercent < goals.idleCpuPercent,
    };
  } finally {
    for (const contender of contenders) contender.stop();
  }
}

type Figures = {
  startP50Ms: number;
  startP95Ms: number;
  stepGapP50Ms: number;
  stepsPerSecond: number;
  cpuMsPerStep: number;
  idleCpuPercent: number;
};

function at(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(share * (sorted.length - 1))] as number) * 100) / 100;
}

type Contender = { name: Name; url: string; appUrl: string; processes: ChildProcess[]; stop(): void };

async function startAll(superuserUrl: string): Promise<Contender[]> {
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin`create database bench_runner`;
  await admin.end();
  const databaseUrl = superuserUrl.replace(/\/postgres$/, '/bench_runner');
  const contenders: Contender[] = [];
  for (const name of Object.keys(names) as Name[]) {
    const [port, appPort] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    const appUrl = `http://127.0.0.1:${appPort}`;
    const mode = { bare: 'step', bareSdk: 'sdk', bareClassic: 'sdk-classic', runner: '' }[name];
    const processes: ChildProcess[] = [];
    const engine = mode
      ? start('runner/bare-engine.ts', {
          PORT: String(port),
          APP_URL: appUrl,
          DATABASE_URL: databaseUrl,
          MODE: mode,
        })
      : start('../local/inngest/main.ts', {
          DATABASE_URL: databaseUrl,
          RUNNER_PORT: String(port),
          INNGEST_DEV: '1',
        });
    processes.push(engine.child);
    await engine.ready;
    const app = start('runner/timed-app.ts', {
      PORT: String(appPort),
      INNGEST_DEV: url,
      RUNNER_URL: mode ? '' : url,
    });
    processes.push(app.child);
    await app.ready;
    contenders.push({
      name,
      url,
      appUrl,
      processes,
      stop: () => {
        for (const child of processes) child.kill('SIGKILL');
      },
    });
  }
  return contenders;
}

function start(file: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => /ready/.test(String(chunk)) && resolve());
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { child, ready };
}

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

async function send(contender: Contender, runs: number[]): Promise<void> {
  const events = runs.map((each) => ({ name: 'bench/steps', data: { run: each } }));
  const answer = await fetch(`${contender.url}/e/bench`, { method: 'POST', body: JSON.stringify(events) });
  if (answer.status !== 200) throw new Error(`${contender.name} answered ${answer.status}`);
  await answer.arrayBuffer();
}

/** Waits until so many steps have run, and takes their times. */
async function takeTimes(contender: Contender, steps: number): Promise<Times> {
  const limit = Date.now() + 60_000;
  // Seldom enough not to be work itself.
  while (Number(await (await fetch(`${contender.appUrl}/count`)).text()) < steps) {
    if (Date.now() > limit) throw new Error(`${contender.name} did not end`);
    await pause(steps > 3 ? 20 : 3);
  }
  return (await (await fetch(`${contender.appUrl}/times`)).json()) as Times;
}

/** Events one at a time, the next when the run of the one before is over. */
async function sendSingles(contender: Contender, count: number): Promise<{ start: number[]; gap: number[] }> {
  const start: number[] = [];
  const gap: number[] = [];
  for (let i = 0; i < count; i++) {
    const sent = nowMs();
    await send(contender, [i]);
    const times = (await takeTimes(contender, 3)).toSorted((a, b) => a[1] - b[1]);
    const [one, two, three] = times as [Times[0], Times[0], Times[0]];
    start.push(one[2] - sent);
    gap.push(two[2] - one[3], three[2] - two[3]);
    // The end of the run is written after its last step.
    await pause(5);
  }
  return { start, gap };
}

/** Many at once: steps per second until the last step, and the CPU that engine, app and Postgres used for it. */
async function sendMany(contender: Contender, runs: number, dataDir: string) {
  await pause(200);
  const cpuBefore = cpuMs(contender, dataDir);
  const begun = nowMs();
  for (let first = 0; first < runs; first += runsPerRequest) {
    const size = Math.min(runsPerRequest, runs - first);
    await send(
      contender,
      Array.from({ length: size }, (_, i) => first + i),
    );
  }
  const times = await takeTimes(contender, runs * 3);
  const last = Math.max(...times.map(([, , , ended]) => ended));
  await pause(200);
  return {
    perSecond: (runs * 3 * 1000) / (last - begun),
    cpu: (cpuMs(contender, dataDir) - cpuBefore) / (runs * 3),
  };
}

/** CPU time so far of the contender's processes and of Postgres; in 10 ms steps, as Linux counts. */
function cpuMs({ processes }: Contender, dataDir: string): number {
  const cluster = statSync(join(dataDir, 'postgres', 'cluster'));
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const own = processes.some((child) => child.pid === Number(pid));
      const { ino, dev } = own ? cluster : statSync(`/proc/${pid}/cwd`);
      if (!own && (ino !== cluster.ino || dev !== cluster.dev)) continue;
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      // User and system time of the process itself.
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // Just ended.
    }
  }
  return ticks * 10;
}
