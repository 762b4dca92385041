import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import { outbox } from '#db/schema/kernel.ts';
import { defineEvent, eventField } from '#lib/kernel/events.ts';
import { dbTest, runPolicy } from '#lib/kernel/testing.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { pruneOutboxPolicy } from './prune-outbox.ts';

const thingHappened = defineEvent('test/thing.happened', { id: eventField.id });

dbTest('what was sent long ago is forgotten, what is unsent or recent stays', async ({ ctx }) => {
  await transaction(ctx, async (tx) => {
    for (const id of ['old', 'recent', 'unsent']) tx.emit(thingHappened, { id });
  });
  const sent = (id: string, days: number) =>
    ctx.db.execute(
      sql`update kernel.outbox set sent_at = now() - ${days} * interval '1 day' where data->>'id' = ${id}`,
    );
  await sent('old', 31);
  await sent('recent', 29);
  for (const _time of [1, 2]) await runPolicy(pruneOutboxPolicy, ctx, {});
  const left = await ctx.db.select({ data: outbox.data }).from(outbox);
  expect(left.map(({ data }) => data.id).sort()).toEqual(['recent', 'unsent']);
});
