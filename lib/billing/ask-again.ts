import { and, eq } from 'drizzle-orm';
import { attempts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { attemptAskRequested } from './events.ts';
import { askAgainInput } from './inputs.ts';

/** A person wants a parked attempt asked about once more, under its key. Throws `Refused` billing.not_found, billing.not_parked. */
export async function askAgain(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { attemptId } = parse(askAgainInput, input);
  await transaction(ctx, async (tx) => {
    const [attempt] = await tx.db.select().from(attempts).where(eq(attempts.id, attemptId));
    if (!attempt) throw new Refused('billing.not_found');
    const parked = await tx.db
      .update(attempts)
      .set({ nextAskAt: ctx.now })
      .where(and(eq(attempts.id, attemptId), eq(attempts.state, 'parked')))
      .returning({ id: attempts.id });
    if (parked.length === 0) throw new Refused('billing.not_parked');
    tx.emit(attemptAskRequested, { attemptId });
    tx.audit({ verb: 'askAgain', subject: 'attempt', subjectId: attemptId });
    tx.refresh('role:billing');
  });
}
