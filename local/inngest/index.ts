import type { AddressInfo } from 'node:net';
import { type Core, type RunnerOptions, settingsOf } from './core.ts';
import { connect, migrate } from './database.ts';
import { createQueue } from './queue.ts';
import { createRegistry } from './registry.ts';
import { createServer } from './server.ts';
import { keepPruning, keepSyncing } from './upkeep.ts';

export type { RunnerOptions } from './core.ts';
export type Runner = { port: number; url: string; close(graceMs?: number): Promise<void> };

/** Starts a runner. Throws if the database cannot be reached or the port is taken. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const settings = settingsOf(options);
  const { databaseUrl, schema, host, dev, log } = settings;
  let lost = false;
  const onLost = () => {
    if (lost) return;
    lost = true;
    log('error', 'the connection to the database was lost', { schema });
    options.onDatabaseLost?.();
  };
  const sql = connect(databaseUrl, schema, 10, onLost);
  let graceMs = 5000;
  const closing: (() => unknown)[] = [() => sql.end({ timeout: 1 })];
  const closeAll = async () => {
    lost = true;
    while (closing.length > 0) await closing.pop()?.();
  };
  try {
    await migrate(sql, schema);
    const registry = createRegistry(sql);
    await registry.reload();
    const core = { ...settings, sql, registry, onLost, unreachable: () => {} } as Core;
    const queue = createQueue(core);
    const server = createServer(core, queue.counts);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, host, resolve);
    });
    const { port } = server.address() as AddressInfo;
    closing.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    closing.push(() => queue.stop(graceMs));
    await queue.start();
    const syncing = keepSyncing(core);
    core.unreachable = syncing.again;
    closing.push(syncing.stop);
    closing.push(keepPruning(core));
    log('info', 'runner ready', { port, dev, schema });
    return {
      port,
      url: `http://${host}:${port}`,
      close(grace = graceMs) {
        graceMs = grace;
        return closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
