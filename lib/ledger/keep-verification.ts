import { desc } from 'drizzle-orm';
import { verifications } from '#db/schema/ledger.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { problemsFound } from './events.ts';
import type { BookReport, Problem } from './verify-ledger.ts';

export type KeptReport = {
  books: BookReport[];
  ordersCount: number;
  problemsCount: number;
  /** The first ones. */
  problems: Problem[];
};
export type Verification = { id: string; at: Date; actorKind: string; actorId: string; report: KeptReport };

const problemsKept = 100;

/**
 * Keeps what a verification found, for those in charge to see; they are told once when it found problems. Only books that
 * everybody may know are kept.
 */
export async function keepVerification(
  ctx: Ctx,
  { id, books, ordersCount, problems }: Omit<KeptReport, 'problemsCount'> & { id: string },
  askedById?: string,
): Promise<void> {
  requireRole(ctx, 'system');
  const report = {
    books,
    ordersCount,
    problemsCount: problems.length,
    problems: problems.slice(0, problemsKept),
  };
  await transaction(ctx, async (tx) => {
    const actor = askedById
      ? { actorKind: 'account', actorId: askedById }
      : { actorKind: 'system', actorId: ctx.actor.id };
    const kept = await tx.db
      .insert(verifications)
      .values({ id, at: tx.now, ...actor, report })
      .onConflictDoNothing()
      .returning({ id: verifications.id });
    if (kept.length && problems.length)
      tx.emit(problemsFound, { verificationId: id, count: problems.length });
    tx.refresh('role:manager', 'role:billing');
  });
}

/** The latest verifications, newest first. */
export async function latestVerifications(ctx: Ctx, limit = 10): Promise<Verification[]> {
  requireRole(ctx, 'manager', 'billing');
  const rows = await ctx.db
    .select()
    .from(verifications)
    .orderBy(desc(verifications.at), desc(verifications.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, report: row.report as KeptReport }));
}
