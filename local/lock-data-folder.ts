import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, startMark } from './processes.ts';

type Holder = { pid: number; mark?: string; url: string; stopping?: boolean };

export type FolderLock = { announceStop(): void; release(): void };

/**
 * Makes this process the only one that works on the data folder. A lock whose process is gone is taken over; a
 * run that is just stopping is waited for. Throws with what to do when another run is alive or the folder
 * cannot be written.
 */
export async function lockDataFolder(dataDir: string, url: string): Promise<FolderLock> {
  try {
    makeFolder(dataDir);
    const probe = join(dataDir, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      EACCES: 'this user may not write there',
      EPERM: 'this user may not write there',
      EROFS: 'it lies on a read-only disk',
      ENOSPC: 'the disk is full',
      ENOTDIR: 'a part of the path is a file',
      EEXIST: 'it is a file',
      ENOENT: 'nothing can be made there',
    };
    throw new Error(
      `The data folder ${dataDir} cannot be used: ${why[code ?? ''] ?? message}.\n` +
        'Give it back its rights, or choose another: MCF_DATA_DIR=/some/folder npm start',
    );
  }
  const file = join(dataDir, 'supervisor.json');
  const mine: Holder = { pid: process.pid, mark: startMark(process.pid), url };
  const began = Date.now();
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return {
        announceStop: () => replace(file, { ...mine, stopping: true }),
        release: () => {
          if (read(file)?.pid === process.pid) rmSync(file, { force: true });
        },
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = read(file);
    const alive = holder && isAlive(holder.pid) && (!holder.mark || holder.mark === startMark(holder.pid));
    if (!alive || holder.pid === process.pid) {
      // Only one of two starters gets to move the stale lock away. A half-written one gets a moment to be finished.
      if (!holder && Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2000) {
        await pause(100);
        continue;
      }
      const aside = `${file}.${process.pid}`;
      try {
        renameSync(file, aside);
      } catch {
        // The other starter was faster.
      }
      rmSync(aside, { force: true });
      continue;
    }
    if (Date.now() - began > (holder.stopping ? 30_000 : 4_000)) {
      throw new Error(
        `Make Cats Free already runs on the data folder ${dataDir}: ${holder.url} (process ${holder.pid}).\n` +
          'Use that one, or stop it with Ctrl-C in its window. To run a second one beside it:\n' +
          'PORT=3100 MCF_DATA_DIR=.data-2 npm start',
      );
    }
    await pause(200);
  }
}

// Node's own `recursive` never comes back from a place where nothing can be made, such as below /proc.
function makeFolder(path: string, codeOfFile = 'EEXIST'): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found) throw Object.assign(new Error(`${path} is a file`), { code: codeOfFile });
  makeFolder(dirname(path), 'ENOTDIR');
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another start has just made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function replace(file: string, holder: Holder): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(holder), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // Only a courtesy to the next start.
  }
}
