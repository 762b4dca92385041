import { eq } from 'drizzle-orm';
import { attempts } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { settleParkedInput } from './inputs.ts';
import { settleAttempt } from './settle-attempt.ts';

/**
 * The partner has told a manager of billing, by telephone or a bank's paper, how a parked attempt ended, and asking it gives no
 * answer: what it said is booked as if the partner had answered, with the manager's reason. Should a failure turn out to have
 * succeeded, a notice or the day's comparison heals it like any late success. Throws `Refused`: invalid, billing.not_found,
 * billing.not_parked.
 */
export async function settleParked(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing');
  const { attemptId, outcome, reason } = parse(settleParkedInput, input);
  await transaction(ctx, async (tx) => {
    const [attempt] = await tx.db.select().from(attempts).where(eq(attempts.id, attemptId)).for('update');
    if (!attempt) throw new Refused('billing.not_found');
    if (attempt.state !== 'parked') throw new Refused('billing.not_parked');
    await settleAttempt(tx, {
      attemptId,
      truth: outcome === 'succeeded' ? { is: outcome } : { is: outcome, failureCode: 'settled_by_person' },
    });
    tx.audit({
      verb: 'settleParked',
      subject: 'attempt',
      subjectId: attemptId,
      why: reason,
      data: { outcome, key: attempt.key, amountCents: attempt.amountCents.toString() },
    });
  });
}
