import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

const migrationsFolder = join(import.meta.dirname, 'migrations');
const guardsFolder = new URL('./guards/', import.meta.url);

/**
 * Brings a database up to date: the numbered migrations, then the guards (roles, grants, triggers, constraints that
 * Drizzle cannot express), each of which is repeatable and runs when its text has changed. Safe to call from several
 * processes at once. Needs a role that may create schemas and roles.
 */
export async function migrate(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(7310001)`;
    await runMigrations(drizzle(sql), { migrationsFolder });
    await sql`create table if not exists kernel.guards (name text primary key, hash text not null)`;
    const applied = new Map(
      (await sql`select name, hash from kernel.guards`).map((row) => [row.name, row.hash]),
    );
    const names = readdirSync(guardsFolder).filter((name) => name.endsWith('.sql'));
    // The kernel's guard defines what the others call.
    names.sort((a, b) => Number(b === 'kernel.sql') - Number(a === 'kernel.sql') || a.localeCompare(b));
    for (const name of names) {
      const text = readFileSync(new URL(name, guardsFolder), 'utf8');
      const hash = createHash('sha256').update(text).digest('hex');
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

if (import.meta.main) {
  const url = process.env.DATABASE_ADMIN_URL ?? process.env.DATABASE_URL;
  if (!url) throw new Error('Set DATABASE_ADMIN_URL to the database to migrate.');
  await migrate(url);
}
