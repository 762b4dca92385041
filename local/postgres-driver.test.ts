import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from './postgres.ts';
import { throwawayFolder } from './throwaway-folder.ts';

describe('when the database is killed and comes back', () => {
  const folder = throwawayFolder();
  let server: RunningPostgres;
  const restart = async () => {
    server.kill9();
    await server.exited;
    server = await startPostgres({ dataDir: folder.path, durable: false, port: server.port });
  };

  beforeAll(async () => {
    server = await startPostgres({ dataDir: folder.path, durable: false });
  });
  afterAll(async () => {
    await server.stop();
    folder.remove();
  });

  test('a transaction that has lost its connection writes nothing any more', async () => {
    const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
    await sql`create table halves (name text)`;
    let comeBack = () => {};
    const back = new Promise<void>((resolve) => {
      comeBack = resolve;
    });
    let insideStarted = () => {};
    const inside = new Promise<void>((resolve) => {
      insideStarted = resolve;
    });
    const lost = sql.begin(async (tx) => {
      await tx`insert into halves values ('first')`;
      insideStarted();
      await back;
      await tx`insert into halves values ('second')`;
    });
    const outcome = lost.then(
      () => 'committed',
      () => 'rejected',
    );
    await inside;
    await restart();
    // The pool's only connection is open again, in the service of others.
    expect((await sql`select 1 as one`)[0]?.one).toBe(1);
    comeBack();
    expect(await outcome).toBe('rejected');
    expect(await sql`select name from halves`).toEqual([]);
    await sql.end({ timeout: 1 });
  });

  test('every query ends, and the first one afterwards succeeds', async () => {
    const sql = postgres(server.superuserUrl, { max: 4, backoff: () => 0.05, onnotice: () => {} });
    for (let round = 0; round < 3; round++) {
      let going = true;
      let rejected = 0;
      const workers = Array.from({ length: 8 }, async () => {
        while (going) {
          try {
            await sql.begin(async (tx) => {
              await tx`select 1`;
              await tx`select pg_sleep(0.005)`;
            });
          } catch {
            rejected++;
            await pause(20);
          }
        }
      });
      await sql`select pg_sleep(0.1)`;
      server.kill9();
      await server.exited;
      going = false;
      await Promise.all(workers);
      expect(rejected).toBeGreaterThan(0);
      server = await startPostgres({ dataDir: folder.path, durable: false, port: server.port });
      for (let i = 0; i < 6; i++) expect((await sql`select ${i}::int as i`)[0]?.i).toBe(i);
    }
    await sql.end({ timeout: 1 });
  }, 60_000);
});

test('a connection lost right after it was made is told to who waits, and to nobody else', async () => {
  // Lets everybody in, and is gone at the first question.
  const authenticated = Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 0]);
  const ready = Buffer.from([90, 0, 0, 0, 5, 73]);
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.once('data', () => socket.resetAndDestroy());
      socket.write(Buffer.concat([authenticated, ready]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const unheard: unknown[] = [];
  const onUnheard = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', onUnheard);
  const sql = postgres(`postgres://somebody@127.0.0.1:${port}/any`, { max: 1, onnotice: () => {} });
  await expect(sql`select 1`).rejects.toMatchObject({ code: 'ECONNRESET' });
  await pause(0);
  process.off('unhandledRejection', onUnheard);
  expect(unheard).toEqual([]);
  await sql.end({ timeout: 0 });
  server.close();
});
