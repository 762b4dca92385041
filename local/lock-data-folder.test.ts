import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDataFolder } from './lock-data-folder.ts';
import { startMark } from './processes.ts';

describe('a data folder has one master', () => {
  let folder: string;
  const lockFile = () => join(folder, 'supervisor.json');
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  const url = 'http://localhost:1';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mcf-lock-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is given back on release', async () => {
    const lock = await lockDataFolder(folder, url);
    expect(existsSync(lockFile())).toBe(true);
    lock.release();
    expect(existsSync(lockFile())).toBe(false);
  });

  test('a lock of a process that is gone is taken over', async () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: 2 ** 22 - 3, url }));
    (await lockDataFolder(folder, url)).release();
  });

  test('a lock whose id now belongs to a later process is taken over', async () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: bystander.pid, mark: 'another boot/1', url }));
    (await lockDataFolder(folder, url)).release();
  });

  test('while its master lives, a second one is told where and how', async () => {
    const holder = { pid: bystander.pid, mark: startMark(bystander.pid!), url: 'http://localhost:4711' };
    writeFileSync(lockFile(), JSON.stringify(holder));
    await expect(lockDataFolder(folder, url)).rejects.toThrow(
      /already runs on the data folder .*http:\/\/localhost:4711[\s\S]*MCF_DATA_DIR=/,
    );
    bystander.kill('SIGKILL');
  });

  test('a path that is a file is refused with what to do', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(lockDataFolder(file, url)).rejects.toThrow(
      /cannot be used: it is a file[\s\S]*MCF_DATA_DIR=/,
    );
    await expect(lockDataFolder(join(file, 'x'), url)).rejects.toThrow(/a part of the path is a file/);
  });

  test.runIf(process.platform === 'linux')(
    'a place where nothing can be made is refused, not tried for ever',
    async () => {
      await expect(lockDataFolder('/proc/nope/deeper', url)).rejects.toThrow(/nothing can be made there/);
    },
  );
});
