import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { type attempts, items } from '#db/schema/billing.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';

/** Of tries at refunds that failed, those whose credit no invoice has taken yet, by their ids. */
export async function openCredits(
  ctx: Pick<Ctx, 'db'>,
  tries: readonly (typeof attempts.$inferSelect)[],
): Promise<Set<string>> {
  const failed = tries.filter(({ purpose, state }) => purpose === 'refund' && state === 'failed');
  if (failed.length === 0) return new Set();
  const attemptId = sql<string>`${items.details}->>'attemptId'`;
  const open = await ctx.db
    .select({ attemptId })
    .from(items)
    .where(
      and(
        eq(items.purpose, 'invoice'),
        inArray(
          items.partyId,
          failed.map(({ partyId }) => partyId),
        ),
        isNull(items.documentId),
        eq(items.kind, 'refund_failed'),
        inArray(
          attemptId,
          failed.map(({ id }) => id),
        ),
      ),
    );
  return new Set(open.map((row) => row.attemptId));
}
