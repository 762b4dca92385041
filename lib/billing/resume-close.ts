import { and, eq, isNull } from 'drizzle-orm';
import { periodCloses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { askForClose } from './close-page.ts';
import { requestCloseInput } from './inputs.ts';

/**
 * Sets a paused close going: those who have no document yet get theirs. A second click changes nothing. Throws `Refused`
 * billing.not_closing.
 */
export async function resumeClose(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { kind, period } = parse(requestCloseInput, input);
  await transaction(ctx, async (tx) => {
    const which = and(
      eq(periodCloses.kind, kind),
      eq(periodCloses.period, period),
      isNull(periodCloses.finishedAt),
    );
    const [close] = await tx.db.select().from(periodCloses).where(which).for('update');
    if (!close) throw new Refused('billing.not_closing');
    if (!close.pausedAt) return;
    await tx.db.update(periodCloses).set({ pausedAt: null, progressedAt: ctx.now }).where(which);
    askForClose(tx, close);
    tx.audit({ verb: 'resumeClose', subject: kind, subjectId: period });
    tx.refresh('role:billing', 'role:manager');
  });
}
