import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/** A Drizzle handle on Postgres: the pool itself or a transaction of it. Tables are imported from db/schema. */
export type Db = Pick<
  PostgresJsDatabase,
  | 'select'
  | 'selectDistinct'
  | 'selectDistinctOn'
  | 'insert'
  | 'update'
  | 'delete'
  | 'execute'
  | 'transaction'
  | 'with'
  | '$with'
  | '$count'
>;

export type Connection = { db: Db; sql: postgres.Sql; close: () => Promise<void> };

const reconnectDelaySeconds = (attempt: number) =>
  Math.min(1, 0.05 * 2 ** attempt) * (0.5 + Math.random() / 2);

/** Opens a pool. `maxConnections` bounds it; a statement that runs over 15 s is ended by the server. */
export function connect(databaseUrl: string, { maxConnections = 10 } = {}): Connection {
  const sql = postgres(databaseUrl, {
    max: maxConnections,
    idle_timeout: 60,
    connect_timeout: 10,
    // The driver would wait up to 20 s after a few refusals; a restarted database is back sooner.
    backoff: reconnectDelaySeconds,
    onnotice: () => {},
    connection: { statement_timeout: 15_000, idle_in_transaction_session_timeout: 30_000 },
  });
  return { db: drizzle(sql), sql, close: () => sql.end({ timeout: 5 }) };
}

const shared = globalThis as { mcfConnection?: Connection };

/** The process-wide pool on DATABASE_URL; opened on first use and kept over hot reloads. */
export function connection(): Connection {
  if (!shared.mcfConnection) {
    const url = process.env.DATABASE_URL;
    if (!url)
      throw new Error('DATABASE_URL is not set. Start with `npm start`, or set it to a Postgres address.');
    shared.mcfConnection = connect(url, { maxConnections: Number(process.env.DATABASE_POOL ?? 16) });
  }
  return shared.mcfConnection;
}
