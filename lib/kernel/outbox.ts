import { and, asc, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { Db } from '#db/client.ts';
import { outbox } from '#db/schema/kernel.ts';

export type OutboxEvent = { id: string; name: string; data: Record<string, unknown>; occurredAt: Date };

const batchSize = 100;
const longestWaitSeconds = 60;

/**
 * Sends one batch of unsent events through `send` and marks them. Rows are claimed with SKIP LOCKED, so any number of
 * relays may run; a relay that dies lets its rows go, so an event may be sent twice: its id is the receiver's guard.
 * When `send` throws, the batch waits (1 s, 2 s, 4 s … 60 s). Answers how many rows were claimed.
 */
export async function relayOutboxBatch(
  db: Db,
  send: (events: OutboxEvent[]) => Promise<void>,
): Promise<number> {
  return db.transaction(async (tx) => {
    const events = await tx
      .select({ id: outbox.id, name: outbox.name, data: outbox.data, occurredAt: outbox.occurredAt })
      .from(outbox)
      .where(and(isNull(outbox.sentAt), lte(outbox.nextTryAt, sql`clock_timestamp()`)))
      .orderBy(asc(outbox.nextTryAt), asc(outbox.id))
      .limit(batchSize)
      .for('update', { skipLocked: true });
    if (events.length === 0) return 0;
    const claimed = inArray(
      outbox.id,
      events.map((event) => event.id),
    );
    try {
      await send(events);
      await tx.update(outbox).set({ sentAt: sql`clock_timestamp()` }).where(claimed);
    } catch (error) {
      console.error(
        'outbox: sending failed, will try again:',
        error instanceof Error ? error.message : error,
      );
      await tx
        .update(outbox)
        .set({
          attempts: sql`${outbox.attempts} + 1`,
          nextTryAt: sql`clock_timestamp() + least(power(2, ${outbox.attempts}), ${longestWaitSeconds}) * interval '1 second'`,
        })
        .where(claimed);
    }
    return events.length;
  });
}

/** Deletes sent events older than `days`; a batch at a time, answers how many. */
export async function pruneOutbox(db: Db, days: number): Promise<number> {
  const rows = await db.execute(
    sql`delete from kernel.outbox where id in (
          select id from kernel.outbox where sent_at < now() - ${days} * interval '1 day' limit 10000) returning 1`,
  );
  return rows.length;
}

/** How long the oldest unsent event has waited, in whole seconds; 0 when none waits. */
export async function outboxAgeSeconds(db: Db): Promise<number> {
  const [row] = await db.execute<{ age: number | null }>(
    sql`select extract(epoch from clock_timestamp() - min(occurred_at))::float8 as age
        from kernel.outbox where sent_at is null`,
  );
  return Math.max(0, Math.round(row?.age ?? 0));
}
