import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, startMark } from './processes.ts';

/**
 * A data folder for one run of tests or of a bench, closed to other users. Folders of runs that were killed are
 * removed on the way; their processes have ended with them.
 */
export function throwawayFolder(): { path: string; remove(): void } {
  const parent = join(tmpdir(), `mcf-test-${process.getuid?.() ?? 0}`);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(parent)) removeIfAbandoned(join(parent, name));
  const path = mkdtempSync(join(parent, 'run-'));
  writeFileSync(join(path, 'owner'), `${process.pid} ${startMark(process.pid) ?? ''}`);
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

function removeIfAbandoned(folder: string): void {
  try {
    const [pid, mark = ''] = readFileSync(join(folder, 'owner'), 'utf8').split(' ');
    if (isAlive(Number(pid)) && (startMark(Number(pid)) ?? '') === mark) return;
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Just being made by another run, or not ours to remove.
  }
}
