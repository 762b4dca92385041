import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const limitBytes = 5_000_000;
const tailLines = 25;

/** A log on disk that never holds more than twice 5 MB, and its last lines in memory for messages. */
export type LogFile = { path: string; write(line: string): void; tail(): string };

export function openLog(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const last: string[] = [];
  return {
    path,
    write(line) {
      last.push(line.length > 2000 ? `${line.slice(0, 2000)} …` : line);
      if (last.length > tailLines) last.shift();
      try {
        if (sizeBytes > limitBytes) {
          renameSync(path, `${path}.1`);
          sizeBytes = 0;
        }
        appendFileSync(path, `${line}\n`);
        sizeBytes += line.length + 1;
      } catch {
        // A full disk must not take the instance down with it; the last lines are still in memory.
      }
    },
    tail: () => last.join('\n'),
  };
}
