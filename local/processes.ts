import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** True while a process with this id exists (a zombie counts as gone: it holds nothing any more). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return processState(pid)?.state !== 'Z';
}

/**
 * What tells this process from a later one with the same id: start time since boot plus the boot's id.
 * Undefined where the system does not tell (macOS).
 */
export function startMark(pid: number): string | undefined {
  const state = processState(pid);
  if (!state) return undefined;
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${state.startedTicks}`;
  } catch {
    return state.startedTicks;
  }
}

function processState(pid: number): { state: string; startedTicks: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the fields after it do not.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, startedTicks: fields[19]! };
  } catch {
    return undefined;
  }
}

/** Ids of the processes working inside this folder (their current directory is exactly it). Linux only. */
export function processesIn(folder: string): number[] {
  const wanted = statSync(folder, { throwIfNoEntry: false });
  if (!wanted || process.platform !== 'linux') return [];
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const { dev, ino } = statSync(`/proc/${name}/cwd`);
      if (dev === wanted.dev && ino === wanted.ino) found.push(Number(name));
    } catch {
      // Another user's process, or one that has just ended.
    }
  }
  return found.filter((pid) => pid !== process.pid && isAlive(pid));
}

/** The command line of a process, or an empty string. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    try {
      return readlinkSync(`/proc/${pid}/exe`);
    } catch {
      return '';
    }
  }
}

/** Sends the signals one after another, each with its patience in milliseconds; true when all are gone. */
export async function endProcesses(pids: number[], signals: [NodeJS.Signals, number][]): Promise<boolean> {
  for (const [signal, patienceMs] of signals) {
    for (const pid of pids) {
      try {
        if (isAlive(pid)) process.kill(pid, signal);
      } catch {
        // It ended in between.
      }
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!pids.some(isAlive)) return true;
      await pause(25);
    }
  }
  return !pids.some(isAlive);
}
