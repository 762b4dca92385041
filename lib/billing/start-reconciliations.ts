import { asc, desc, eq, isNull } from 'drizzle-orm';
import { attempts, reconciliations } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { reconciliationRequested } from './events.ts';
import { purposes } from './partner-list.ts';
import { dueDays } from './reconcile.rules.ts';

/**
 * The clock's question: which days are over and not compared with the partners' lists yet? Asks for each; missed ones are
 * caught up, one that was begun and never ended is asked for again.
 */
export async function startReconciliations(ctx: Ctx): Promise<void> {
  requireRole(ctx, 'system');
  const zone = await readSetting(ctx, 'time_zone');
  await transaction(ctx, async (tx) => {
    for (const purpose of purposes) {
      const [last] = await tx.db
        .select({ day: reconciliations.day })
        .from(reconciliations)
        .where(eq(reconciliations.purpose, purpose))
        .orderBy(desc(reconciliations.day))
        .limit(1);
      const [first] = await tx.db
        .select({ at: attempts.createdAt })
        .from(attempts)
        .where(eq(attempts.purpose, purpose))
        .orderBy(asc(attempts.createdAt))
        .limit(1);
      const due = dueDays({ now: ctx.now, zone, lastDay: last?.day ?? null, firstTryAt: first?.at ?? null });
      if (due.length)
        await tx.db
          .insert(reconciliations)
          .values(
            due.map(({ day, from, to }) => ({
              id: ctx.newId(),
              purpose,
              day,
              fromAt: from,
              toAt: to,
              startedAt: ctx.now,
            })),
          )
          .onConflictDoNothing();
    }
    const open = await tx.db
      .select()
      .from(reconciliations)
      .where(isNull(reconciliations.finishedAt))
      .orderBy(asc(reconciliations.toAt))
      .limit(100);
    for (const { purpose, day } of open) tx.emit(reconciliationRequested, { purpose, day });
  });
}
