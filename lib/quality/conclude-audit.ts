import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { audits, hypotheses } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { auditConcluded } from './events.ts';
import { concludeAuditInput } from './inputs.ts';

/**
 * Files what an audit found, with a hypothesis when there is one [US-210]. Concluded once.
 * Throws `Refused`: quality.not_found, quality.already_concluded, invalid.
 */
export async function concludeAudit(ctx: Ctx, input: z.input<typeof concludeAuditInput>): Promise<void> {
  requireRole(ctx, 'manager');
  const { auditId, fault, whatHappened, action, hypothesis, measure } = parse(concludeAuditInput, input);
  await transaction(ctx, async (tx) => {
    const [audit] = await tx.db
      .update(audits)
      .set({ concludedAt: tx.now, concludedBy: tx.actor.id, findings: { fault, whatHappened, action } })
      .where(and(eq(audits.id, auditId), isNull(audits.concludedAt)))
      .returning();
    if (!audit) {
      const [known] = await tx.db.select({ id: audits.id }).from(audits).where(eq(audits.id, auditId));
      throw new Refused(known ? 'quality.already_concluded' : 'quality.not_found');
    }
    if (hypothesis)
      await tx.db.insert(hypotheses).values({
        id: tx.newId(),
        auditId,
        claim: hypothesis,
        measure,
        state: 'new',
        createdAt: tx.now,
        createdBy: tx.actor.id,
        changedAt: tx.now,
      });
    tx.audit({ verb: 'concludeAudit', subject: 'order', subjectId: audit.orderId, data: { fault } });
    tx.emit(auditConcluded, { auditId, orderId: audit.orderId, workerId: audit.workerId, fault });
    tx.refresh('role:manager');
  });
}
