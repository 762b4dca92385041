import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

const migrationsFolder = join(import.meta.dirname, 'migrations');
const guardsFolder = new URL('./guards/', import.meta.url);

/** The data was not made by the migrations that stand here: running ours on it could only break it. */
export class DatabaseOfOtherVersion extends Error {
  override name = 'DatabaseOfOtherVersion';
}

/**
 * Brings a database up to date: the numbered migrations, then the guards (roles, grants, triggers, constraints that
 * Drizzle cannot express), each of which is repeatable and runs when its text or any table has changed. Safe to call from several
 * processes at once. Needs a role that may create schemas and roles. Throws `DatabaseOfOtherVersion` before touching
 * anything when what was run on it is not the beginning of our list.
 */
export async function migrate(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(7310001)`;
    await refuseOtherVersions(sql);
    await runMigrations(drizzle(sql), { migrationsFolder });
    await sql`create table if not exists kernel.guards (name text primary key, hash text not null)`;
    const applied = new Map(
      (await sql`select name, hash from kernel.guards`).map((row) => [row.name, row.hash]),
    );
    const names = readdirSync(guardsFolder).filter((name) => name.endsWith('.sql'));
    // The kernel's guard defines what the others call.
    names.sort((a, b) => Number(b === 'kernel.sql') - Number(a === 'kernel.sql') || a.localeCompare(b));
    // A guard speaks of all tables of its schema: one that a later migration has made needs the same text again.
    const tables = readMigrationFiles({ migrationsFolder }).at(-1)?.hash ?? '';
    for (const name of names) {
      const text = readFileSync(new URL(name, guardsFolder), 'utf8');
      const hash = createHash('sha256').update(tables).update(text).digest('hex');
      if (applied.get(name) === hash) continue;
      await sql.begin(async (tx) => {
        // Roles belong to the whole cluster: two databases of one cluster take turns.
        await tx`select pg_advisory_xact_lock(7310002)`;
        await tx.unsafe(text);
        await tx`insert into kernel.guards (name, hash) values (${name}, ${hash})
                 on conflict (name) do update set hash = excluded.hash`;
      });
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function refuseOtherVersions(sql: postgres.Sql): Promise<void> {
  const [found] = await sql`
    select to_regclass('drizzle.__drizzle_migrations') is not null as has_record,
           to_regclass('kernel.outbox') is not null as has_tables`;
  const ours = readMigrationFiles({ migrationsFolder });
  const run = found!.has_record
    ? await sql`select hash, created_at from drizzle.__drizzle_migrations order by created_at, id`
    : [];
  if (run.length === 0 && found!.has_tables)
    throw new DatabaseOfOtherVersion(
      'This database has tables of Make Cats Free and no record of the migrations that made them.',
    );
  for (const [index, { hash, created_at }] of run.entries()) {
    const madeAt = Number(created_at);
    const here = ours[index];
    if (here && here.folderMillis === madeAt && here.hash === hash) continue;
    const day = new Date(madeAt).toISOString().slice(0, 10);
    throw new DatabaseOfOtherVersion(
      here
        ? `This database was made by another version of Make Cats Free: its migration of ${day} is not the one that stands here.`
        : `This database was made by a later version of Make Cats Free: its migration of ${day} is not known here.`,
    );
  }
}

if (import.meta.main) {
  const url = process.env.DATABASE_ADMIN_URL ?? process.env.DATABASE_URL;
  if (!url) throw new Error('Set DATABASE_ADMIN_URL to the database to migrate.');
  try {
    await migrate(url);
  } catch (error) {
    if (!(error instanceof DatabaseOfOtherVersion)) throw error;
    console.error(
      `${error.message}\nNothing was changed. Run the version that made it, or name an empty database.`,
    );
    process.exitCode = 1;
  }
}
