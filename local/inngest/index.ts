import type { AddressInfo } from 'node:net';
import type { Core, Log } from './core.ts';
import { connect, migrate } from './database.ts';
import { defaultBackoffMs } from './limits.ts';
import { pruneHistory } from './prune.ts';
import { createQueue } from './queue.ts';
import { createRegistry } from './registry.ts';
import { createServer } from './server.ts';
import { keepSyncing } from './sync.ts';

export type RunnerOptions = {
  databaseUrl: string;
  /** The Postgres schema that holds everything; created when missing. */
  schema?: string;
  /** 0 takes a free one. */
  port: number;
  /** Another address than the loopback needs a password, and keys. */
  host?: string;
  /** Asked for (HTTP basic, any name) by the page, the API and the metrics. */
  password?: string;
  /** The address of the app's serve handler, e.g. `http://127.0.0.1:3000/api/inngest`. */
  appUrl?: string;
  eventKeys?: string[];
  /** Without a signing key the runner is in dev mode: nothing is signed or checked. */
  signingKey?: string;
  signingKeyFallback?: string;
  /** Wait before the attempt after `attempt` (0 = first), in milliseconds. Default: the real server's table. */
  backoffMs?: (attempt: number) => number;
  /** Calls to the app at one time. */
  maxCalls?: number;
  /** How long one call may take before it counts as failed. */
  callTimeoutMs?: number;
  /** How long ended runs and old events are kept. */
  keepHistoryMs?: number;
  /**
   * A connection to the database was lost (once per runner). The driver (postgres.js 3.4) may leave such a pool hanging
   * or throw outside any promise, so the one safe thing is to end this process and start anew: nothing is lost by it.
   */
  onDatabaseLost?: () => void;
  /** A tick of a schedule missed while no runner was there: made up by one run (`once`), or left out. */
  missedTicks?: 'once' | 'skip';
  log?: Log;
};

export type Runner = { port: number; url: string; close(graceMs?: number): Promise<void> };

/** Starts a runner. Throws if the database cannot be reached or the port is taken. */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const schema = options.schema ?? 'inngest_runner';
  const host = options.host ?? '127.0.0.1';
  const dev = !options.signingKey;
  const log = options.log ?? logLine;
  if (!/^(127\.|localhost$|::1$)/.test(host) && (!options.password || dev))
    throw new Error(`to listen on ${host} the runner needs a password and a signing key`);
  let lost = false;
  const onLost = () => {
    if (lost) return;
    lost = true;
    log('error', 'the connection to the database was lost', { schema });
    options.onDatabaseLost?.();
  };
  const sql = connect(options.databaseUrl, schema, 10, onLost);
  const closing: (() => Promise<unknown> | unknown)[] = [() => sql.end({ timeout: 1 })];
  const closeAll = async () => {
    lost = true;
    while (closing.length > 0) await closing.pop()?.();
  };
  try {
    await migrate(sql, schema);
    const registry = createRegistry(sql);
    await registry.reload();
    const queue = createQueue({
      databaseUrl: options.databaseUrl,
      schema,
      maxCalls: options.maxCalls ?? 50,
      onLost,
      onConfigChange: () =>
        void registry.reload().catch((error) => log('warn', 'reload failed', { error: String(error) })),
    });
    const core: Core = {
      sql,
      schema,
      runnerId: queue.runnerId,
      registry,
      signingKey: options.signingKey,
      backoffMs: options.backoffMs ?? defaultBackoffMs,
      callTimeoutMs: options.callTimeoutMs ?? 15 * 60_000,
      missedTicks: options.missedTicks ?? 'once',
      log,
      lockFor: queue.lockFor,
      hand: queue.hand,
      patiently: queue.patiently,
      unreachable: () => {},
    };
    const server = createServer({
      core,
      dev,
      eventKeys: options.eventKeys ?? [],
      signingKeys: [options.signingKey, options.signingKeyFallback].filter((key) => key !== undefined),
      host,
      password: options.password,
      onRegistered: () => void sql.notify(`${schema}_work`, 'config').catch(() => {}),
      counts: queue.counts,
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, host, () => resolve());
    });
    const { port } = server.address() as AddressInfo;
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    let graceMs = 5000;
    closing.push(() => queue.stop(graceMs));
    await queue.start(core);
    const syncing = keepSyncing(core, options.appUrl, dev);
    core.unreachable = syncing.again;
    closing.push(() => syncing.stop());
    const keepMs = options.keepHistoryMs ?? 7 * 86_400_000;
    const prune = () =>
      pruneHistory(sql, new Date(Date.now() - keepMs)).catch((error) =>
        log('warn', 'pruning failed', { error: String(error) }),
      );
    const pruning = setInterval(prune, Math.min(3600_000, Math.max(keepMs / 4, 1000)));
    closing.push(() => clearInterval(pruning));
    log('info', 'runner ready', { port, dev, schema });
    return {
      port,
      url: `http://${host}:${port}`,
      async close(grace = graceMs) {
        graceMs = grace;
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function logLine(level: string, message: string, fields: Record<string, unknown> = {}) {
  const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...fields });
  (level === 'info' ? console.log : console.error)(line);
}
