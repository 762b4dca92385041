import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { SignIn } from '#db/seed.ts';
import { ensureBuild } from './build.ts';
import { freePort, isPortFree } from './free-port.ts';
import { lockDataFolder } from './lock-data-folder.ts';
import { type LogFile, openLog } from './log-file.ts';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import { commandOf, endProcesses, isAlive } from './processes.ts';
import { keptSecrets } from './secrets.ts';

const root = join(import.meta.dirname, '..');

/** The processes of one instance; the database is started first and stopped last. */
export type PartName = 'postgres' | 'outside' | 'runner' | 'web';

export type InstanceOptions = {
  dataDir: string;
  /** Of the web application; the other ports follow from it and move when taken. */
  port: number;
  host?: string;
  mode?: 'production' | 'development';
  /** False trades safety of the data for speed; for tests that do not kill the database. */
  durable?: boolean;
  seed?: boolean;
  /** Added to, and stronger than, the environment of every process. */
  env?: Record<string, string>;
  say?: (line: string) => void;
};

export type Instance = {
  urls: { app: string; runner: string; outside: string };
  /** What the web process sees, addresses of the databases included. */
  env: Record<string, string>;
  superuserUrl: string;
  signIns: SignIn[];
  logsDir: string;
  pid(name: PartName): number | undefined;
  kill9(name: PartName): void;
  /** Waits until every part answers again, for tests that have killed one. */
  healthy(): Promise<void>;
  stop(): Promise<void>;
};

type Part = {
  name: PartName;
  start(): Promise<{ pid: number; exited: Promise<string> }>;
  answers(): Promise<boolean>;
  log: LogFile;
  pid?: number;
  exited?: Promise<string>;
};

const healthLimitMs = 120_000;
const longestBackoffMs = 10_000;
const steadyMs = 30_000;

/**
 * Starts the whole product on one machine and keeps it running: database, outside world, function runner, web.
 * A part that ends is brought back; `stop` ends all in order. Throws with a readable message, and leaves nothing
 * running, when it cannot start or when `signal` aborts it.
 */
export async function startInstance(options: InstanceOptions, signal?: AbortSignal): Promise<Instance> {
  const { port, host = '127.0.0.1', mode = 'production', durable = true, say = () => {} } = options;
  const dataDir = resolve(options.dataDir);
  const appUrl = options.env?.APP_URL ?? `http://localhost:${port}`;
  const lock = await lockDataFolder(dataDir, appUrl);
  const parts: Part[] = [];
  const control = { stopping: false };
  let database: RunningPostgres | undefined;

  const stop = once(async () => {
    control.stopping = true;
    lock.announceStop();
    const pids = parts.filter(({ name, pid }) => pid && name !== 'postgres').map(({ pid }) => pid!);
    await Promise.all(pids.map(endPart));
    await database?.stop();
    lock.release();
  });
  const abort = new AbortController();
  let buildFault: unknown;
  const onAbort = () => {
    control.stopping = true;
    abort.abort(new Error('stopped'));
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  try {
    signal?.throwIfAborted();
    await endOrphans(dataDir, say);
    if (!(await waitForPort(port, host))) throw new Error(portTaken(port));
    const ports = await choosePorts(dataDir, port);
    const env = environment({ options, dataDir, appUrl, host, ports });
    const logsDir = join(dataDir, 'logs');
    const identity = instanceId(dataDir);
    mkdirSync(join(dataDir, 'files'), { recursive: true });

    const building = mode === 'production' ? ensureBuild({ say, signal: abort.signal }) : undefined;
    // Without a build nothing else is worth waiting for.
    building?.catch((error: unknown) => {
      if (abort.signal.aborted) return;
      buildFault = error;
      onAbort();
    });

    const postgresLog = openLog(join(logsDir, 'postgres.log'));
    const databasePart: Part = {
      name: 'postgres',
      log: postgresLog,
      answers: async () => database !== undefined,
      start: async () => {
        const running = await startPostgres({
          dataDir,
          port: ports.postgres,
          durable,
          log: postgresLog.write,
        });
        database = running;
        if (control.stopping) await running.stop();
        return { pid: running.pid, exited: running.exited.then(() => 'ended') };
      },
    };
    parts.push(databasePart);
    await launch(databasePart);
    say('database ready');

    const { superuserUrl } = database!;
    const urls = databaseUrls(dataDir, ports.postgres, superuserUrl);
    const shared = { ...env, DATABASE_URL: urls.app };
    const signIns = await prepare({
      env: { ...shared, ...seedSwitch(options), ...urls.forPreparing },
      identity,
      log: openLog(join(logsDir, 'prepare.log')),
      say,
      signal: abort.signal,
    });

    const node = (name: PartName, args: string[], extra: Record<string, string>, address: string): Part => {
      const log = openLog(join(logsDir, `${name}.log`));
      return {
        name,
        log,
        answers: () => answers(address),
        start: async () => spawnNode(args, { ...shared, ...extra }, identity, log),
      };
    };
    const outside = node(
      'outside',
      [join(root, 'local/outside/main.ts')],
      {
        OUTSIDE_PORT: String(ports.outside),
        SMTP_PORT: String(ports.smtp),
        OUTSIDE_DATABASE_URL: urls.outside,
      },
      `http://127.0.0.1:${ports.outside}/health`,
    );
    const runner = node(
      'runner',
      [join(root, 'local/inngest/main.ts')],
      {
        RUNNER_PORT: String(ports.runner),
        DATABASE_URL: urls.runner,
        // Where the runner calls the functions: straight, also when people come in through a proxy.
        APP_URL: `http://127.0.0.1:${port}`,
      },
      `http://127.0.0.1:${ports.runner}/health`,
    );
    for (const part of [outside, runner]) parts.push(part);
    await Promise.all([outside, runner].map(launch));
    say('partners, single sign-on, mailbox and function runner ready');

    const build = await building;
    build?.use();
    if (build && !build.built) say('build is up to date');
    const web = node(
      'web',
      [
        join(root, 'node_modules/next/dist/bin/next'),
        build ? 'start' : 'dev',
        '-H',
        host,
        '-p',
        String(port),
      ],
      build ? { MCF_DIST_DIR: build.distDir } : {},
      `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}/api/health`,
    );
    parts.push(web);
    await launch(web);
    await registerFunctions(web);
    signal?.throwIfAborted();
    for (const part of parts) void keepRunning(part);

    return {
      urls: {
        app: appUrl,
        runner: `http://127.0.0.1:${ports.runner}`,
        outside: `http://127.0.0.1:${ports.outside}`,
      },
      env: {
        ...shared,
        DATABASE_ADMIN_URL: urls.forPreparing.DATABASE_ADMIN_URL,
        MCF_SMTP_PORT: String(ports.smtp),
      },
      superuserUrl,
      signIns,
      logsDir,
      pid: (name) => parts.find((part) => part.name === name)?.pid,
      kill9: (name) => {
        const pid = parts.find((part) => part.name === name)?.pid;
        // It may be dead already, and not back yet.
        if (pid && isAlive(pid)) process.kill(pid, 'SIGKILL');
      },
      healthy: () => allHealthy(parts),
      stop,
    };
  } catch (error) {
    abort.abort();
    await stop();
    if (signal?.aborted) throw new Error('stopped');
    throw buildFault ?? error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }

  /** Keeps the process ids in the data folder too, for tests that kill a part from another process. */
  function note(part: Part, started: { pid: number; exited: Promise<string> }): void {
    part.pid = started.pid;
    part.exited = started.exited;
    const pids = Object.fromEntries(parts.map(({ name, pid }) => [name, pid]));
    try {
      writeFileSync(join(dataDir, 'parts.json'), JSON.stringify(pids));
    } catch {
      // A full disk; the parts go on.
    }
  }

  /** First start of a part: it must answer within the limit, or the whole start fails and says why. */
  async function launch(part: Part): Promise<void> {
    if (control.stopping) throw new Error('stopped');
    const started = await part.start();
    note(part, started);
    let ended: string | undefined;
    void started.exited.then((how) => {
      ended = how;
    });
    const deadline = Date.now() + healthLimitMs;
    while (!(await part.answers())) {
      if (control.stopping) throw new Error('stopped');
      if (ended !== undefined || Date.now() > deadline) {
        throw new Error(
          `The part "${part.name}" did not start: ${ended ?? 'it does not answer'}. ` +
            `Its log is ${part.log.path}; the end of it:\n${part.log.tail()}`,
        );
      }
      await pause(100);
    }
  }

  /** Brings a part back whenever it ends, a little later each time; starts over after a steady while. */
  async function keepRunning(part: Part): Promise<void> {
    let failures = 0;
    let startedAt = Date.now();
    for (;;) {
      const how = await part.exited;
      if (control.stopping) return;
      failures = Date.now() - startedAt > steadyMs ? 1 : failures + 1;
      const tail = part.log.tail().split('\n').slice(-5).join('\n    ');
      say(`${part.name} ${how}; starting it again. Last lines of ${part.log.path}:\n    ${tail}`);
      await pause(Math.min(longestBackoffMs, failures === 1 ? 0 : 250 * 2 ** (failures - 2)));
      // Without the database the others would only end again.
      while (part.name !== 'postgres' && !database && !control.stopping) await pause(100);
      if (control.stopping) return;
      startedAt = Date.now();
      try {
        const started = await part.start();
        note(part, started);
        if (control.stopping && part.name !== 'postgres') await endPart(started.pid);
        void sayWhenBack(part);
        if (part.name === 'web' || part.name === 'runner') void registerFunctions(part);
      } catch (error) {
        part.exited = Promise.resolve(`cannot be started (${(error as Error).message})`);
      }
    }
  }

  /** Asks the application to tell the runner which functions it has, the way Inngest is told after a deploy. */
  async function registerFunctions(part: Part): Promise<void> {
    const { pid, log } = part;
    for (let attempt = 1; !control.stopping && part.pid === pid; attempt++) {
      let failure: string;
      try {
        const response = await fetch(`http://127.0.0.1:${port}/api/inngest`, {
          method: 'PUT',
          signal: AbortSignal.timeout(10_000),
        });
        if (response.ok) return;
        failure = `${response.status} ${(await response.text()).slice(0, 500)}`;
      } catch (error) {
        failure = (error as Error).message;
      }
      if (attempt === 40) {
        say(`the functions could not be registered with the runner; trying on. ${failure}`);
        // The instance is usable without; whoever waits for the start gets it, the rest goes on behind.
        void keepRegistering(part);
        return;
      }
      if (attempt % 10 === 0) log.write(`registering functions: ${failure}`);
      await pause(250);
    }
  }

  async function keepRegistering(part: Part): Promise<void> {
    const { pid } = part;
    await pause(10_000);
    if (!control.stopping && part.pid === pid) await registerFunctions(part);
  }

  async function sayWhenBack(part: Part): Promise<void> {
    const { pid } = part;
    while (!control.stopping && part.pid === pid && isAlive(pid!)) {
      if (await part.answers()) {
        say(`${part.name} is back`);
        return;
      }
      await pause(200);
    }
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work();
    return running;
  };
}

const seedSwitch = (options: InstanceOptions) => ({ MCF_SEED: options.seed === false ? '0' : '1' });

function portTaken(port: number): string {
  return (
    `Port ${port} is taken by another program.\n` +
    `Stop that program, or choose another port: PORT=${port + 100} npm start`
  );
}

function otherVersionInWords(what: string, dataDir: string): string {
  return (
    `${what}\nNothing was changed. Either start the version that made it, or begin with an empty folder:\n` +
    `MCF_DATA_DIR=${dataDir}-new npm start\n` +
    `If nothing in ${dataDir} is worth keeping, delete it and start again.`
  );
}

/** A moment of patience: what held the port may just be ending. */
async function waitForPort(port: number, host: string): Promise<boolean> {
  for (let attempt = 0; attempt < 15; attempt++) {
    if (await isPortFree(port, host)) return true;
    await pause(200);
  }
  return false;
}

type Ports = { postgres: number; runner: number; outside: number; smtp: number };

/** Inner ports stay what they were on this data folder, as addresses are remembered; a taken one moves. */
async function choosePorts(dataDir: string, port: number): Promise<Ports> {
  const file = join(dataDir, 'ports.json');
  let kept: Partial<Ports> = {};
  try {
    kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Ports>;
  } catch {
    // The first run, or a file that can be made again.
  }
  const ports: Ports = {
    runner: await freePort(kept.runner ?? port + 10_000),
    outside: await freePort(kept.outside ?? port + 11_000),
    smtp: await freePort(kept.smtp ?? port + 12_000),
    postgres: await freePort(kept.postgres ?? port + 13_000),
  };
  writeFileSync(`${file}.new`, `${JSON.stringify(ports)}\n`);
  renameSync(`${file}.new`, file);
  return ports;
}

/** Follows the data folder even when it is moved, and is the same for nobody else on this machine. */
function instanceId(dataDir: string): string {
  const { dev, ino } = statSync(dataDir);
  return `${dev}:${ino}`;
}

/** Processes that a killed supervisor left behind carry the identity of their data folder in the environment. */
async function endOrphans(dataDir: string, say: (line: string) => void): Promise<void> {
  if (!existsSync('/proc/self/environ')) return;
  const wanted = `MCF_INSTANCE=${instanceId(dataDir)}`;
  const orphans = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(wanted);
      } catch {
        return false;
      }
    })
    .map(Number);
  if (orphans.length === 0) return;
  say(`ending ${orphans.length} processes of an earlier run that was killed`);
  await endProcesses(orphans, [
    ['SIGTERM', 3000],
    ['SIGKILL', 3000],
  ]);
  const left = orphans.filter(isAlive);
  if (left.length > 0) {
    throw new Error(
      `An earlier run still works on ${dataDir}: ${left.map((pid) => `${pid} ${commandOf(pid)}`).join('; ')}`,
    );
  }
}

function databaseUrls(dataDir: string, port: number, superuserUrl: string) {
  const secrets = keptSecrets(dataDir);
  const url = (user: string, password: string, name: string) =>
    `postgres://${user}:${password}@127.0.0.1:${port}/${name}`;
  const outside = url('mcf_outside', secrets.databaseOutside, 'outside');
  const runner = url('mcf_runner', secrets.databaseRunner, 'mcf');
  return {
    app: url('mcf_app', secrets.databaseApp, 'mcf'),
    outside,
    runner,
    forPreparing: {
      MCF_SUPERUSER_URL: superuserUrl,
      DATABASE_ADMIN_URL: superuserUrl.replace(/\/postgres$/, '/mcf'),
      MCF_RUNNER_URL: runner,
      MCF_OUTSIDE_URL: outside,
    },
  };
}

function environment(input: {
  options: InstanceOptions;
  dataDir: string;
  appUrl: string;
  host: string;
  ports: Ports;
}): Record<string, string> {
  const { options, dataDir, appUrl, host, ports } = input;
  const secrets = keptSecrets(dataDir);
  const outside = `http://127.0.0.1:${ports.outside}`;
  const development = options.mode === 'development';
  return {
    ...Object.fromEntries(
      // Settings of a deployment elsewhere in this shell must not leak into a self-contained instance.
      Object.entries(process.env).filter(
        ([name, value]) =>
          value !== undefined && !/^(INNGEST_|HCB_|PARTNER_|PG[A-Z]|NODE_CHANNEL)/.test(name),
      ) as [string, string][],
    ),
    NODE_ENV: development ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    PORT: String(options.port),
    HOST: host,
    APP_URL: appUrl,
    MCF_DATA_DIR: dataDir,
    FILES_DIR: join(dataDir, 'files'),
    NEXTAUTH_URL: appUrl,
    NEXTAUTH_SECRET: secrets.nextAuth,
    INNGEST_BASE_URL: `http://127.0.0.1:${ports.runner}`,
    INNGEST_EVENT_KEY: secrets.inngestEventKey,
    INNGEST_SIGNING_KEY: secrets.inngestSigningKey,
    ...(development ? { INNGEST_DEV: `http://127.0.0.1:${ports.runner}` } : {}),
    HCB_ISSUER: `${outside}/sso`,
    HCB_CLIENT_ID: 'make-cats-free',
    HCB_CLIENT_SECRET: secrets.hcbClientSecret,
    HCB_DIRECTORY_URL: `${outside}/directory`,
    HCB_DIRECTORY_TOKEN: secrets.hcbDirectoryToken,
    PARTNER_GATEWAY_URL: `${outside}/gateway`,
    PARTNER_GATEWAY_SECRET: secrets.partnerGateway,
    PARTNER_GOLDEN_HAT_URL: `${outside}/golden-hat`,
    PARTNER_GOLDEN_HAT_SECRET: secrets.partnerGoldenHat,
    PARTNER_COOKIES_URL: `${outside}/cookies`,
    PARTNER_COOKIES_SECRET: secrets.partnerCookies,
    REMOTE_STEP_SECRET: secrets.remoteStep,
    // Beside those of the shell: a step of one's own on this machine.
    MATCHING_REMOTE_HOSTS: [
      `127.0.0.1:${ports.outside}=${secrets.remoteStep}`,
      process.env.MATCHING_REMOTE_HOSTS,
    ]
      .filter(Boolean)
      .join(','),
    MATCHING_REMOTE_PRIVATE: 'allow',
    SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
    MAIL_FROM: process.env.MAIL_FROM ?? 'Make Cats Free <cats@make-cats-free.example>',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    ...options.env,
  };
}

function spawnNode(
  args: string[],
  env: Record<string, string>,
  identity: string,
  log: LogFile,
  withChannel = false,
): { pid: number; exited: Promise<string>; child: ChildProcess } {
  log.write(`--- ${new Date().toISOString()} ${args.map((arg) => arg.replace(`${root}/`, '')).join(' ')}`);
  const watch = pathToFileURL(join(root, 'local/end-with-parent.mjs')).href;
  const child: ChildProcess = spawn(process.execPath, ['--import', watch, ...args], {
    cwd: root,
    env: { ...env, MCF_INSTANCE: identity, MCF_SUPERVISED: '1' } as unknown as NodeJS.ProcessEnv,
    stdio: withChannel ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
    // A group of its own: Ctrl-C reaches only the supervisor, which stops the parts in order.
    detached: true,
  });
  child.stdin?.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', log.write);
  }
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('exit', (code, killedBy) =>
      resolve(killedBy ? `was ended by ${killedBy}` : `ended with ${code}`),
    );
  });
  return { pid: child.pid ?? 0, exited, child };
}

/** The part and whatever it has started, as they share a group. */
async function endPart(pid: number): Promise<void> {
  await endProcesses([pid], [['SIGTERM', 4000]]);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}

/** Databases, migrations, first data. */
async function prepare(input: {
  env: Record<string, string>;
  identity: string;
  log: LogFile;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<SignIn[]> {
  const { env, identity, log, say, signal } = input;
  const { child, exited } = spawnNode([join(root, 'local/prepare.ts')], env, identity, log, true);
  let signIns: SignIn[] | undefined;
  let otherVersion: string | undefined;
  child.on('message', (message: { progress?: string; signIns?: SignIn[]; otherVersion?: string }) => {
    otherVersion ??= message.otherVersion;
    if (message.progress === 'migrated') say('migrations done');
    if (message.progress === 'seeding') say('adding demo data (only on the first run)');
    if (message.signIns) signIns = message.signIns;
  });
  const end = () => child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  const how = await exited;
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
  if (otherVersion) throw new Error(otherVersionInWords(otherVersion, env.MCF_DATA_DIR!));
  if (!signIns) throw new Error(`The database could not be made ready (${how}, ${log.path}):\n${log.tail()}`);
  return signIns;
}

async function answers(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { redirect: 'manual', signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

async function allHealthy(parts: Part[]): Promise<void> {
  const deadline = Date.now() + healthLimitMs;
  for (;;) {
    const states = await Promise.all(
      parts.map(async (part) => part.pid && isAlive(part.pid) && (await part.answers())),
    );
    if (states.every(Boolean)) return;
    if (Date.now() > deadline) {
      throw new Error(
        `Not healthy: ${parts
          .filter((_, index) => !states[index])
          .map((part) => part.name)
          .join(', ')}`,
      );
    }
    await pause(100);
  }
}
