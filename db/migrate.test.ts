import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { freshDatabase } from '#lib/kernel/testing.ts';
import { DatabaseOfOtherVersion, migrate } from './migrate.ts';

async function onDatabase(work: (sql: postgres.Sql, adminUrl: string) => Promise<void>): Promise<void> {
  const { adminUrl, close } = await freshDatabase();
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await work(sql, adminUrl);
  } finally {
    await sql.end();
    await close();
  }
}

test('a database of this version is brought up to date again and again', () =>
  onDatabase(async (_, adminUrl) => {
    await migrate(adminUrl);
    await migrate(adminUrl);
  }));

test('a table that a later migration made is granted, though the guard’s text stayed as it was', () =>
  onDatabase(async (sql, adminUrl) => {
    // As a version before that table left it: every guard known by its text.
    await sql`revoke all on billing.pauses from mcf_app`;
    for (const { name } of await sql`select name from kernel.guards`) {
      const text = readFileSync(join(import.meta.dirname, 'guards', name));
      const hash = createHash('sha256').update(text).digest('hex');
      await sql`update kernel.guards set hash = ${hash} where name = ${name}`;
    }
    await migrate(adminUrl);
    const [may] = await sql`select has_table_privilege('mcf_app', 'billing.pauses', 'select') as granted`;
    expect(may).toEqual({ granted: true });
  }));

test('a database whose baseline was another one is refused in words, and left as it was', () =>
  onDatabase(async (sql, adminUrl) => {
    await sql`update drizzle.__drizzle_migrations set created_at = created_at - 1000, hash = 'of another baseline'`;
    const before = await sql`select * from drizzle.__drizzle_migrations order by id`;
    await expect(migrate(adminUrl)).rejects.toThrow(DatabaseOfOtherVersion);
    await expect(migrate(adminUrl)).rejects.toThrow(/another version of Make Cats Free/);
    expect(await sql`select * from drizzle.__drizzle_migrations order by id`).toEqual(before);
  }));

test('a database of a later version is refused in words', () =>
  onDatabase(async (sql, adminUrl) => {
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('from the future', 32503680000000)`;
    await expect(migrate(adminUrl)).rejects.toThrow(/later version of Make Cats Free/);
  }));

test('a database that has our tables and no record of migrations is refused in words', () =>
  onDatabase(async (sql, adminUrl) => {
    await sql`drop schema drizzle cascade`;
    await expect(migrate(adminUrl)).rejects.toThrow(DatabaseOfOtherVersion);
  }));

test('the baseline is frozen: databases out there were made with it', () => {
  const text = readFileSync(join(import.meta.dirname, 'migrations/0000_baseline.sql'));
  expect(createHash('sha256').update(text).digest('hex')).toBe(
    '0a242f4fcfab40588d44e5e250432eacbc17200c514e4bbff61f1e85b4e4410c',
  );
});
