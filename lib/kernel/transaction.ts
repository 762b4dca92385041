import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { audit, outbox } from '#db/schema/kernel.ts';
import type { Ctx } from './ctx.ts';
import type { EventDeclaration } from './events.ts';

export type AuditEntry = {
  verb: string;
  subject: string;
  subjectId: string;
  why?: string;
  data?: Record<string, unknown>;
};

/** A ctx inside a transaction: what happened is emitted and audited with it, and live screens are told at commit. */
export type Tx = Ctx & {
  readonly inTransaction: true;
  emit<E extends EventDeclaration>(event: E, data: z.input<E['schema']>): void;
  audit(entry: AuditEntry): void;
  /** Live topics whose screens should look again: `account:<id>`, `role:<role>`, `order:<id>`. */
  refresh(...topics: string[]): void;
};

/** The one NOTIFY channel: `{"topics": [...], "outbox": true}`, ids only. */
export const notifyChannel = 'mcf';
const notifyLimitBytes = 7000;

const isTx = (ctx: Ctx): ctx is Tx => 'inTransaction' in ctx;

/**
 * Runs `work` in one transaction; joins the transaction when `ctx` is already in one. Events and audit entries are
 * written at the end in one insert each, with one NOTIFY. A deadlock or serialization failure is tried again, three
 * times in all, so `work` must have no effect outside the database. `role` is set for this transaction only.
 */
export async function transaction<T>(
  ctx: Ctx,
  work: (tx: Tx) => Promise<T>,
  { role }: { role?: string } = {},
): Promise<T> {
  if (isTx(ctx)) return work(ctx);
  for (let attempt = 1; ; attempt++) {
    try {
      return await ctx.db.transaction(async (db) => {
        const before = role ? await switchRole(db, role) : undefined;
        const events: (typeof outbox.$inferInsert)[] = [];
        const entries: (typeof audit.$inferInsert)[] = [];
        const topics = new Set<string>();
        const tx: Tx = {
          ...ctx,
          db,
          inTransaction: true,
          emit: (event, data) => {
            events.push({
              id: ctx.newId(),
              name: event.name,
              data: event.schema.parse(data),
              occurredAt: ctx.now,
            });
          },
          audit: ({ verb, subject, subjectId, why, data }) => {
            entries.push({
              id: ctx.newId(),
              at: ctx.now,
              actorKind: ctx.actor.kind,
              actorId: ctx.actor.id,
              verb,
              subject,
              subjectId,
              why,
              data,
            });
          },
          refresh: (...more) => {
            for (const topic of more) topics.add(topic);
          },
        };
        const result = await work(tx);
        // Sent together: the answer to one is not waited for before the next.
        await Promise.all([
          entries.length && db.insert(audit).values(entries),
          events.length && db.insert(outbox).values(events),
          (events.length || topics.size) && notify(db, [...topics], events.length > 0),
        ]);
        if (before) await switchRole(db, before);
        return result;
      });
    } catch (error) {
      if (attempt < 3 && isTransient(error)) continue;
      throw error;
    }
  }
}

// Set back at the end: a released savepoint would keep the role for the rest of the outer transaction.
async function switchRole(db: Tx['db'], role: string): Promise<string> {
  const [row] = await db.execute<{ before: string }>(
    sql`with before as materialized (select current_setting('role') as before)
        select before, set_config('role', ${role}, true) from before`,
  );
  return row?.before ?? 'none';
}

async function notify(db: Tx['db'], topics: string[], hasEvents: boolean): Promise<void> {
  let payload = JSON.stringify({ topics, outbox: hasEvents });
  if (Buffer.byteLength(payload) > notifyLimitBytes)
    payload = JSON.stringify({ topics: ['*'], outbox: hasEvents });
  await db.execute(sql`select pg_notify(${notifyChannel}, ${payload})`);
}

/** The Postgres error code behind an error, also when Drizzle wrapped it. */
export function pgErrorCode(error: unknown): string | undefined {
  for (let e = error as { code?: unknown; cause?: unknown } | undefined; e; e = e.cause as typeof e) {
    if (typeof e.code === 'string' && /^[0-9A-Z]{5}$/.test(e.code)) return e.code;
  }
  return undefined;
}

const isTransient = (error: unknown) => ['40001', '40P01'].includes(pgErrorCode(error) ?? '');
