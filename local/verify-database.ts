import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockDataFolder } from './lock-data-folder.ts';
import { startPostgres } from './postgres.ts';
import { isAlive } from './processes.ts';

/**
 * The database to verify: DATABASE_URL when it is set; else the one of `folder`, as it runs there, or started for the
 * while when nothing runs. Never takes a running instance's database away. Throws in words when there is none.
 */
export async function attachOrStartPostgres(
  folder: string,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  const dataDir = resolve(folder);
  const cluster = join(dataDir, 'postgres', 'cluster');
  if (!existsSync(cluster))
    throw new Error(`There is no instance in ${dataDir}. Set MCF_DATA_DIR, or DATABASE_URL and FILES_DIR.`);
  const running = runningOn(dataDir, cluster);
  if (running) return { url: asApp(running), stop: async () => {} };
  const lock = await lockDataFolder(dataDir, 'npm run verify:ledger');
  try {
    const server = await startPostgres({ dataDir });
    const stop = async () => {
      await server.stop();
      lock.release();
    };
    return { url: asApp(server.superuserUrl), stop };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** With the rights of the application only, which cannot change an entry. */
function asApp(superuserUrl: string): string {
  const url = new URL(superuserUrl);
  url.pathname = '/mcf';
  url.searchParams.set('role', 'mcf_app');
  return url.href;
}

function runningOn(dataDir: string, cluster: string): string | null {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  if (!isAlive(Number(pid))) return null;
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim();
  return `postgres://mcf_super:${password}@127.0.0.1:${Number(port)}/mcf`;
}
