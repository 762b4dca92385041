import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { freePort, isPortFree } from './free-port.ts';
import { postgresBinaries, type RunAs } from './postgres-binaries.ts';
import { commandOf, endProcesses, isAlive, processesIn } from './processes.ts';

export type RunningPostgres = {
  port: number;
  /** Connects as the superuser to the database `postgres`. */
  superuserUrl: string;
  pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  exited: Promise<void>;
  /** Stops within seconds: asks, then insists. Safe to call twice. */
  stop(): Promise<void>;
  /** For the tests of recovery. */
  kill9(): void;
};

const superuser = 'mcf_super';
const startupLimitMs = 120_000;

// A path that the server resolves through its own current directory: it needs no right to walk the folders
// above, so a cluster inside a checkout closed to others works for an unprivileged user.
// See docs/decisions/postgres-as-root.md.
const ownFolder = process.platform === 'linux' ? '/proc/self/cwd' : '.';

/**
 * Starts the database that lives in `dataDir`/postgres, creating it on the first run. Listens on 127.0.0.1 with
 * a password kept in `dataDir` (0600). What a killed run left behind on this folder is stopped first.
 * `durable: false` trades safety for speed (tests). Throws with a readable message when it cannot start.
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  durable?: boolean;
  log?: (line: string) => void;
}): Promise<RunningPostgres> {
  const { dataDir, durable = true, log = () => {} } = options;
  const home = join(dataDir, 'postgres');
  const cluster = join(home, 'cluster');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  mkdirSync(home, { recursive: true, mode: 0o700 });

  const runAs = whoRuns(existsSync(cluster) ? cluster : undefined);
  const { bin, version } = postgresBinaries(runAs);
  await stopLeftovers(cluster, log);
  const password = keptPassword(join(dataDir, 'postgres.password'), existsSync(cluster));
  if (!existsSync(cluster)) createCluster({ home, cluster, bin, runAs, password, durable });
  refuseOtherMajor(cluster, version);

  if (options.port && !(await isPortFree(options.port))) {
    throw new Error(`Port ${options.port}, wanted for the database, is taken by another program.`);
  }
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await launch({ bin, cluster, port, runAs, password, durable, log });
    } catch (error) {
      // Somebody may take the free port between our look and the server's bind.
      const taken = /could not bind|Address already in use/.test((error as Error).message);
      if (options.port || !taken || attempt === 5) throw error;
    }
  }
}

/** Postgres refuses to run as root, so root lends it an ordinary user: the folder's owner, postgres or nobody. */
function whoRuns(cluster: string | undefined): RunAs {
  if (process.getuid?.() !== 0) return undefined;
  if (cluster) {
    const { uid, gid } = statSync(cluster);
    if (uid !== 0) return { uid, gid };
  }
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  const uid = Number(user?.[2] ?? 65_534);
  const gid = Number(user?.[3] ?? 65_534);
  if (uid === 0)
    throw new Error('The users postgres and nobody are root here: the database has nobody to run as.');
  return { uid, gid };
}

function keptPassword(file: string, clusterExists: boolean): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (clusterExists) {
    throw new Error(
      `The password of the database is missing: ${file}. Bring it back, or move the data folder away.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  writeFileSync(`${file}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return password;
}

function createCluster(input: {
  home: string;
  cluster: string;
  bin: string;
  runAs: RunAs;
  password: string;
  durable: boolean;
}): void {
  const { home, cluster, bin, runAs, password, durable } = input;
  // A killed first run leaves a half-made folder under this name; only a finished one is renamed.
  const fresh = `${cluster}.new`;
  const passwordFile = join(home, 'initdb-password');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs) for (const path of [home, fresh, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      ...['-D', ownFolder, '-U', superuser, '--pwfile', '../initdb-password', '-A', 'scram-sha-256'],
      ...['-E', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'],
      ...['--no-instructions', ...(durable ? [] : ['--no-sync'])],
    ],
    { cwd: fresh, env: environment(), encoding: 'utf8', timeout: startupLimitMs, ...runAs },
  );
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    throw new Error(
      `The database could not be created in ${cluster}: ` +
        `${made.error?.message ?? ''}${made.stderr?.trim() || made.stdout?.trim() || `exit ${made.status}`}`,
    );
  }
  renameSync(fresh, cluster);
}

/** Nothing of the caller's PG* variables may leak in; messages stay English so that we can read them. */
function environment(): NodeJS.ProcessEnv {
  return { NODE_ENV: 'production', PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

function refuseOtherMajor(cluster: string, version: string): void {
  const major = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (major === version.split('.')[0]) return;
  throw new Error(`The data in ${cluster} belongs to Postgres ${major}; this version brings ${version}.`);
}

/**
 * A killed run leaves its server, or the server's children, on this folder. They are stopped before the lock
 * file is touched: two servers on one folder would destroy it.
 */
async function stopLeftovers(cluster: string, log: (line: string) => void): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  const pid = existsSync(lock) ? Number(readFileSync(lock, 'utf8').split('\n')[0]) : 0;
  const here = processesIn(cluster);
  // Where /proc is missing, the lock file is believed if it names a running postgres.
  const server =
    pid > 1 && isAlive(pid) && (here.includes(pid) || (process.platform !== 'linux' && isPostgres(pid)))
      ? pid
      : undefined;
  if (server) {
    log(`stopping the database of an earlier run (process ${server})`);
    await endProcesses(
      [server],
      [
        ['SIGINT', 20_000],
        ['SIGQUIT', 5_000],
        ['SIGKILL', 5_000],
      ],
    );
  }
  const children = processesIn(cluster).filter((child) => /postgres/.test(commandOf(child)));
  if (
    !(await endProcesses(children, [
      ['SIGTERM', 1_000],
      ['SIGKILL', 5_000],
    ]))
  ) {
    throw new Error(`An earlier database is still running on ${cluster} (processes ${children.join(', ')}).`);
  }
  // The id in a stale lock may by now belong to an unrelated process, and Postgres would refuse to start.
  rmSync(lock, { force: true });
}

function isPostgres(pid: number): boolean {
  return /postgres/.test(
    spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '',
  );
}

async function launch(input: {
  bin: string;
  cluster: string;
  port: number;
  runAs: RunAs;
  password: string;
  durable: boolean;
  log: (line: string) => void;
}): Promise<RunningPostgres> {
  const { bin, cluster, port, runAs, password, durable, log } = input;
  const settings: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '150',
    timezone: 'UTC',
    log_timezone: 'UTC',
    password_encryption: 'scram-sha-256',
    // Commits stay synchronous: with fsync off that is cheap, and a killed server still loses nothing.
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', autovacuum_naptime: '10min' }),
  };
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', ownFolder, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      cwd: cluster,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group: Ctrl-C in the terminal must not stop the database before its users.
      detached: true,
      ...runAs,
    },
  );
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 20) lastLines.shift();
      log(line);
    });
  }
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      lastLines.push(error.message);
      resolve();
    });
    child.once('close', () => resolve());
  });
  let over = false;
  const guard = child.pid ? guardAgainstOurDeath(child.pid) : undefined;
  void exited.then(() => {
    over = true;
    guard?.kill('SIGKILL');
  });
  const pid = child.pid ?? 0;
  const stop = async () => {
    if (over || !pid) return;
    await endProcesses(
      [pid],
      [
        ['SIGINT', 10_000],
        ['SIGQUIT', 3_000],
        ['SIGKILL', 3_000],
      ],
    );
    await exited;
  };

  const superuserUrl = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
  const deadline = Date.now() + startupLimitMs;
  let lastError: unknown;
  while (!over && Date.now() < deadline) {
    const sql = postgres(superuserUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await sql`select 1`;
      return { port, superuserUrl, pid, exited, stop, kill9: () => process.kill(pid, 'SIGKILL') };
    } catch (error) {
      lastError = error;
      if ((error as { code?: string }).code === '28P01') break;
    } finally {
      await sql.end({ timeout: 1 });
    }
    await Promise.race([pause(50), exited]);
  }
  await stop();
  throw new Error(
    `The database in ${cluster} did not start${over ? '' : `: ${(lastError as Error)?.message}`}.\n${lastLines.join('\n')}`,
  );
}

/**
 * Postgres does not notice when the program that started it is killed. This shell does: its input ends with us,
 * and then it asks the server to stop.
 */
function guardAgainstOurDeath(pid: number): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', `cat > /dev/null; kill -INT ${pid} 2> /dev/null`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  guard.on('error', () => {});
  guard.unref();
  (guard.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return guard;
}
