import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { openLog } from './log-file.ts';
import { endProcesses, isAlive, startMark } from './processes.ts';

const root = join(import.meta.dirname, '..');
const builds = join(root, '.tmp', 'build');
const keptBuilds = 3;

/**
 * The folder of a finished production build of the sources as they are now, relative to the root; builds when
 * there is none. Every state of the sources has its own folder, so that a build never disturbs an instance that
 * runs on another. Throws with the end of the build's output when it fails.
 */
export async function ensureBuild(options: {
  say: (line: string) => void;
  signal?: AbortSignal;
}): Promise<{ distDir: string; built: boolean; use(): void }> {
  const hash = sourceHash();
  const distDir = `.tmp/build/${hash}`;
  const folder = join(root, distDir);
  const done = join(folder, 'mcf-built');
  try {
    mkdirSync(builds, { recursive: true });
    accessSync(builds, constants.W_OK);
  } catch (error) {
    throw new Error(
      `The web application cannot be built, as ${builds} cannot be written: ${(error as Error).message}`,
    );
  }
  const use = () => writeFileSync(join(folder, `in-use-${process.pid}`), '');
  let built = false;
  if (!existsSync(done)) {
    const release = await lockBuilds(options);
    try {
      if (!existsSync(done)) {
        options.say('building the web application (a minute or two, only after changes)');
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
        await runBuild(distDir, options.signal);
        writeFileSync(done, new Date().toISOString());
        built = true;
        removeOldBuilds(hash);
      }
    } finally {
      release();
    }
  }
  const now = new Date();
  utimesSync(done, now, now);
  return { distDir, built, use };
}

/** A name for the state of everything that goes into the web application. */
function sourceHash(): string {
  const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  // What code can import are the folders with an alias; data folders may lie beside them.
  const folders = Object.keys(imports)
    .map((alias) => alias.slice(1).split('/')[0]!)
    .filter((name) => name !== 'local');
  const files = readdirSync(root).filter((name) => /^[a-z][\w.-]*\.(ts|mjs|json|css)$/.test(name));
  const hash = createHash('sha256').update(root).update(process.version);
  const add = (path: string) => {
    const full = join(root, path);
    const stat = statSync(full, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(full).sort()) add(`${path}/${name}`);
    else if (stat?.isFile() && !/\.test\.tsx?$|\.md$|^(vitest|playwright)\.config|^next-env/.test(path)) {
      hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
    }
  };
  for (const path of [...folders, 'public', ...files].sort()) add(path);
  return hash.digest('hex').slice(0, 16);
}

async function lockBuilds(options: {
  say: (line: string) => void;
  signal?: AbortSignal;
}): Promise<() => void> {
  const lock = join(builds, 'lock');
  for (let said = false; ; ) {
    options.signal?.throwIfAborted();
    try {
      // A link appears with its text, so nobody can read a lock that is not written yet.
      const mine = `${lock}-${process.pid}`;
      writeFileSync(mine, nameOf(process.pid));
      try {
        linkSync(mine, lock);
      } finally {
        rmSync(mine, { force: true });
      }
      await endAbandonedBuild();
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = livingProcess(lock);
    if (!holder) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!said) options.say(`waiting for another build (process ${holder})`);
    said = true;
    await pause(500);
  }
}

const nameOf = (pid: number) => `${pid} ${startMark(pid) ?? ''}`;

/** The id in the file, if that very process still lives. */
function livingProcess(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const pid = Number(text.split(' ')[0]);
  return pid && isAlive(pid) && nameOf(pid) === text ? pid : undefined;
}

/** A build whose starter was killed would write into the folder of the next. */
async function endAbandonedBuild(): Promise<void> {
  const pid = livingProcess(join(builds, 'builder'));
  if (pid) await endProcesses([-pid], [['SIGKILL', 5000]]);
}

async function runBuild(distDir: string, signal?: AbortSignal): Promise<void> {
  const log = openLog(join(root, '.tmp', 'build.log'));
  const { DATABASE_URL: _url, INNGEST_DEV: _dev, ...env } = process.env;
  const watch = pathToFileURL(join(root, 'local/end-with-parent.mjs')).href;
  const next = join(root, 'node_modules/next/dist/bin/next');
  const child: ChildProcess = spawn(process.execPath, ['--import', watch, next, 'build'], {
    cwd: root,
    env: {
      ...env,
      NODE_ENV: 'production',
      MCF_DIST_DIR: distDir,
      NEXT_TELEMETRY_DISABLED: '1',
      CI: '1',
      MCF_SUPERVISED: '1',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid) writeFileSync(join(builds, 'builder'), nameOf(child.pid));
  child.stdin?.on('error', () => {});
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', log.write);
  }
  const end = () => {
    if (child.pid)
      void endProcesses(
        [-child.pid],
        [
          ['SIGTERM', 2000],
          ['SIGKILL', 1000],
        ],
      );
  };
  signal?.addEventListener('abort', end, { once: true });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      log.write(error.message);
      resolve(null);
    });
    child.once('close', resolve);
  });
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`The web application could not be built (${log.path}):\n${log.tail()}`);
}

/** Keeps the newest few and everything that a living process runs on. */
function removeOldBuilds(current: string): void {
  const finished = readdirSync(builds)
    .filter((name) => /^[0-9a-f]{16}$/.test(name) && name !== current)
    .map((name) => ({
      folder: join(builds, name),
      usedAt: statSync(join(builds, name, 'mcf-built'), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    }))
    .sort((a, b) => b.usedAt - a.usedAt);
  for (const { folder } of finished.slice(keptBuilds - 1)) {
    const inUse = readdirSync(folder).some((name) => /^in-use-/.test(name) && isAlive(Number(name.slice(7))));
    if (!inUse) rmSync(folder, { recursive: true, force: true });
  }
}
