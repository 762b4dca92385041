import { and, asc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { outbox } from '#db/schema/kernel.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Policy } from '../policy.ts';
import { runPolicy } from './run-policy.ts';

const batch = 200;
const mostTries = 50;

/** Runs `work` on each, so many at a time. */
export async function forEachAtOnce<T>(
  rows: readonly T[],
  atOnce: number,
  work: (row: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...rows];
  await Promise.all(
    Array.from({ length: Math.min(atOnce, queue.length) }, async () => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) await work(row);
    }),
  );
}

/**
 * The outbox and the runner for tests with a moved clock: hands every event that has been emitted to the policies that hear
 * it, what follows from them too, until nothing is left. A step is tried as often as the runner would; a policy that throws all
 * the same is run again by the next pump, as a whole.
 * `isTwice` says which events come a second time. Answers how many
 * events were taken.
 */
export async function pump(
  ctx: Ctx,
  // biome-ignore lint/suspicious/noExplicitAny: each policy knows its own event.
  policies: readonly Policy<any>[],
  { atOnce = 16, isTwice = () => false }: { atOnce?: number; isTwice?: (eventId: string) => boolean } = {},
): Promise<number> {
  let count = 0;
  const failed = new Set<string>();
  for (;;) {
    const rows = await ctx.db
      .select()
      .from(outbox)
      .where(and(isNull(outbox.sentAt), lt(outbox.attempts, mostTries)))
      .orderBy(asc(outbox.id))
      .limit(batch + failed.size);
    const fresh = rows.filter(({ id }) => !failed.has(id));
    if (fresh.length === 0) return count;
    const sent: string[] = [];
    await forEachAtOnce(fresh, atOnce, async ({ id, name, data, attempts }) => {
      const heard = policies.filter(({ on }) => on.some((event) => event.name === name));
      try {
        for (const policy of heard)
          for (let run = 0; run < (isTwice(id) ? 2 : 1); run++)
            await runPolicy(policy, ctx, data as never, { eventId: id, eventName: name, tries: 11 });
        sent.push(id);
      } catch (error) {
        if (attempts + 1 >= mostTries) throw error;
        failed.add(id);
        await ctx.db
          .update(outbox)
          .set({ attempts: sql`${outbox.attempts} + 1` })
          .where(eq(outbox.id, id));
      }
    });
    count += sent.length;
    if (sent.length) await ctx.db.update(outbox).set({ sentAt: ctx.now }).where(inArray(outbox.id, sent));
  }
}
