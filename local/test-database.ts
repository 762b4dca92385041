import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { startPostgres } from './postgres.ts';
import { throwawayFolder } from './throwaway-folder.ts';

const template = 'mcf_template';

/**
 * Vitest's global setup: one throwaway Postgres per run, in a folder of its own. Sets TEST_DATABASE_URL (the
 * superuser's) and, once there are migrations, TEST_TEMPLATE_DATABASE: a migrated database to be copied by
 * `create database … template …`. Set TEST_DATABASE_URL yourself to use a server that already runs.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE_URL) return undefined;
  const folder = throwawayFolder();
  const lines: string[] = [];
  const server = await startPostgres({
    dataDir: folder.path,
    durable: false,
    log: (line) => {
      lines.push(line);
      if (lines.length > 200) lines.shift();
    },
  });
  const tearDown = async () => {
    await server.stop();
    folder.remove();
  };
  try {
    process.env.TEST_DATABASE_URL = server.superuserUrl;
    const db = join(import.meta.dirname, '..', 'db');
    const migrations = join(db, 'migrate.ts');
    if (existsSync(migrations) && existsSync(join(db, 'migrations', 'meta', '_journal.json'))) {
      const sql = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
      await sql.unsafe(`create database ${template}`);
      await sql.end();
      const { migrate } = (await import(pathToFileURL(migrations).href)) as {
        migrate: (adminUrl: string) => Promise<unknown>;
      };
      const adminUrl = new URL(server.superuserUrl);
      adminUrl.pathname = `/${template}`;
      await migrate(adminUrl.href);
      process.env.TEST_TEMPLATE_DATABASE = template;
    }
  } catch (error) {
    await tearDown();
    throw new Error(`The test database could not be made ready: ${(error as Error).message}`, {
      cause: error,
    });
  }
  return tearDown;
}
