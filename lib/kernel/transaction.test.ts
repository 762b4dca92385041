import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, outbox } from '#db/schema/kernel.ts';
import { defineEvent, eventField } from './events.ts';
import { relayOutboxBatch } from './outbox.ts';
import { dbTest, freshDatabase, testCtx } from './testing.ts';
import { pgErrorCode, transaction } from './transaction.ts';

const thingHappened = defineEvent('test/thing.happened', { id: eventField.id });

describe('a transaction', () => {
  dbTest('writes what it emits and audits together with its work', async ({ ctx }) => {
    await transaction(ctx, async (tx) => {
      tx.emit(thingHappened, { id: 'a' });
      tx.audit({ verb: 'test', subject: 'thing', subjectId: 'a', why: 'because' });
    });
    expect(await ctx.db.select().from(outbox)).toMatchObject([
      { name: 'test/thing.happened', data: { id: 'a' } },
    ]);
    expect(await ctx.db.select().from(audit)).toMatchObject([
      { actorId: 'test', subjectId: 'a', why: 'because' },
    ]);
  });

  dbTest('leaves nothing when its work throws', async ({ ctx }) => {
    const work = transaction(ctx, async (tx) => {
      tx.emit(thingHappened, { id: 'a' });
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await ctx.db.select().from(outbox)).toEqual([]);
  });

  dbTest('joins the one it is called in', async ({ ctx }) => {
    const work = transaction(ctx, async (tx) => {
      await transaction(tx, async (inner) => inner.emit(thingHappened, { id: 'inner' }));
      throw new Error('the outer one fails');
    });
    await expect(work).rejects.toThrow();
    expect(await ctx.db.select().from(outbox)).toEqual([]);
  });

  dbTest('refuses data that is not of the event', async ({ ctx }) => {
    await expect(transaction(ctx, async (tx) => tx.emit(thingHappened, { id: '' }))).rejects.toThrow();
  });
});

dbTest('the audit trail can be neither changed nor deleted', async ({ ctx }) => {
  await transaction(ctx, async (tx) => tx.audit({ verb: 'test', subject: 'thing', subjectId: 'a' }));
  for (const change of [
    'update kernel.audit set why = null',
    'delete from kernel.audit',
    'truncate kernel.audit',
  ]) {
    const attempt = ctx.db.transaction((db) => db.execute(sql.raw(change)));
    await expect(attempt.catch((error) => Promise.reject(pgErrorCode(error)))).rejects.toBe('42501');
  }
});

describe('the outbox relay', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.close());

  const emitMany = (count: number) =>
    transaction(testCtx(database.db), async (tx) => {
      for (let i = 0; i < count; i++) tx.emit(thingHappened, { id: String(i) });
    });

  test('sends every event once when several relays run at the same time', async () => {
    await emitMany(500);
    const sent: string[] = [];
    const relay = async () => {
      while (
        (await relayOutboxBatch(database.db, async (events) => void sent.push(...events.map((e) => e.id)))) >
        0
      );
    };
    await Promise.all([relay(), relay(), relay()]);
    await relay();
    expect(sent.length).toBe(500);
    expect(new Set(sent).size).toBe(500);
  });

  test('keeps events that could not be sent, and tries them again later', async () => {
    await emitMany(3);
    expect(await relayOutboxBatch(database.db, () => Promise.reject(new Error('nobody there')))).toBe(3);
    expect(await relayOutboxBatch(database.db, () => Promise.reject(new Error('too early')))).toBe(0);
    await database.db.execute(sql`update kernel.outbox set next_try_at = now() where sent_at is null`);
    const sent: string[] = [];
    await relayOutboxBatch(database.db, async (events) => void sent.push(...events.map((e) => e.id)));
    expect(sent.length).toBe(3);
  });
});
