import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import { processesIn } from './processes.ts';

describe('the database of one machine', () => {
  // Closed to everybody else, like a checkout under /root.
  let dataDir: string;
  const running: RunningPostgres[] = [];
  const start = async () => {
    const server = await startPostgres({ dataDir, durable: false });
    running.push(server);
    return server;
  };
  const ask = async (server: RunningPostgres, text: string) => {
    const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
    try {
      return await sql.unsafe(text);
    } finally {
      await sql.end();
    }
  };

  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'mcf-postgres-test-'));
  });
  afterAll(async () => {
    for (const server of running) await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('starts in a folder closed to others, keeps what was committed, and stops', async () => {
    const first = await start();
    await ask(first, 'create table kept (id int); insert into kept values (7)');
    await first.stop();
    await first.stop();
    expect(processesIn(join(dataDir, 'postgres', 'cluster'))).toEqual([]);
    const second = await start();
    expect((await ask(second, 'select id from kept'))[0]?.id).toBe(7);
    await second.stop();
  });

  test('comes back after kill -9 and a stale lock that names a stranger', async () => {
    const first = await start();
    first.kill9();
    await first.exited;
    const lock = join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    expect(existsSync(lock)).toBe(true);
    writeFileSync(lock, `${process.ppid}\n`);
    const second = await start();
    expect((await ask(second, 'select id from kept'))[0]?.id).toBe(7);
    await second.stop();
  });

  test('takes over a folder on which a server of an earlier run still works', async () => {
    const orphan = await start();
    const second = await start();
    await orphan.exited;
    expect(second.pid).not.toBe(orphan.pid);
    expect((await ask(second, 'select id from kept'))[0]?.id).toBe(7);
    await second.stop();
  });

  test('says so when its wanted port is taken', async () => {
    const first = await start();
    const other = mkdtempSync(join(tmpdir(), 'mcf-postgres-test-'));
    await expect(startPostgres({ dataDir: other, port: first.port, durable: false })).rejects.toThrow(
      /Port \d+, wanted for the database, is taken/,
    );
    rmSync(other, { recursive: true, force: true });
    await first.stop();
  });
});
