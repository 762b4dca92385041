import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import type { SignIn } from '#db/seed.ts';

/**
 * Runs as a process of its own, so that migrations and seeding have the environment of the application and a
 * fault in them cannot take the supervisor down. Makes databases and roles, migrates, seeds on the first run, and
 * tells the supervisor the sign-ins. Every part may run again.
 */
async function prepare(): Promise<SignIn[]> {
  const superuserUrl = need('MCF_SUPERUSER_URL');
  const urls = {
    app: need('DATABASE_URL'),
    runner: need('MCF_RUNNER_URL'),
    outside: need('MCF_OUTSIDE_URL'),
  };
  const root = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  const adminUrl = need('DATABASE_ADMIN_URL');
  try {
    await ensureRole(root, urls.runner);
    await ensureRole(root, urls.outside);
    await ensureDatabase(root, 'mcf');
    await ensureDatabase(root, 'outside', new URL(urls.outside).username);
    await root.unsafe(`grant create, connect on database mcf to ${quoted(new URL(urls.runner).username)}`);
    await root`create table if not exists first_run (done_at timestamptz not null, sign_ins jsonb not null)`;

    const { migrate } = await load<{ migrate(adminUrl: string): Promise<void> }>('db/migrate.ts');
    await migrate(adminUrl);
    process.send?.({ progress: 'migrated' });
    await ensureRole(root, urls.app);
    await root.unsafe(`grant connect on database mcf to ${quoted(new URL(urls.app).username)}`);

    const [done] = await root`select sign_ins from first_run limit 1`;
    if (done) return done.sign_ins as SignIn[];
    if (process.env.MCF_SEED === '0') return [];
    process.send?.({ progress: 'seeding' });
    const { seed } = await load<{
      seed(input: { databaseUrl: string; adminUrl: string }): Promise<SignIn[]>;
    }>('db/seed.ts');
    const signIns = await seed({ databaseUrl: urls.app, adminUrl });
    // Written last: a first run that was killed seeds again, and every step of the seed may be repeated.
    await root`insert into first_run (done_at, sign_ins) values (now(), ${root.json(signIns)})`;
    return signIns;
  } finally {
    await root.end({ timeout: 2 });
  }
}

function need(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}

async function load<T>(path: string): Promise<T> {
  const file = join(import.meta.dirname, '..', path);
  if (!existsSync(file)) throw new Error(`${path} is missing.`);
  return (await import(pathToFileURL(file).href)) as T;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The role of this address, with its password; an existing role gets the password. */
async function ensureRole(sql: postgres.Sql, address: string): Promise<void> {
  const { username, password } = new URL(address);
  const [found] = await sql`select 1 from pg_roles where rolname = ${username}`;
  await sql.unsafe(
    `${found ? 'alter' : 'create'} role ${quoted(username)} login password '${password.replaceAll("'", "''")}'`,
  );
}

async function ensureDatabase(sql: postgres.Sql, name: string, owner?: string): Promise<void> {
  const [found] = await sql`select 1 from pg_database where datname = ${name}`;
  if (!found) await sql.unsafe(`create database ${quoted(name)}${owner ? ` owner ${quoted(owner)}` : ''}`);
}

try {
  const signIns = await prepare();
  process.send?.({ signIns });
  process.disconnect?.();
} catch (error) {
  // What a person can do something about travels as words; the rest is explained by the log.
  if ((error as Error).name === 'DatabaseOfOtherVersion')
    process.send?.({ otherVersion: (error as Error).message });
  console.error(error);
  process.exitCode = 1;
  process.disconnect?.();
}
