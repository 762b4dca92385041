import { and, eq, isNull } from 'drizzle-orm';
import type { z } from 'zod';
import { audits, hypotheses } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { auditConcluded } from './events.ts';
import { concludeAuditInput } from './inputs.ts';

/**
 * Files what an audit found, with a hypothesis when there is one [US-210]. An incident and a sample have findings of
 * their own. Concluded once. Throws `Refused`: quality.not_found, quality.other_kind, quality.already_concluded, invalid.
 */
export async function concludeAudit(ctx: Ctx, input: z.input<typeof concludeAuditInput>): Promise<void> {
  requireRole(ctx, 'manager');
  const { auditId, hypothesis, measure, ...findings } = parse(concludeAuditInput, input);
  await transaction(ctx, async (tx) => {
    const [audit] = await tx.db
      .update(audits)
      .set({ concludedAt: tx.now, concludedBy: tx.actor.id, findings })
      .where(and(eq(audits.id, auditId), eq(audits.kind, findings.kind), isNull(audits.concludedAt)))
      .returning();
    if (!audit) throw new Refused(await whyNot(tx, auditId));
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
    const { kind, orderId, workerId } = audit;
    // A sample looks for what to learn; the fault is sought in an incident.
    const fault = findings.kind === 'incident' ? findings.fault : 'nobody';
    tx.audit({ verb: 'concludeAudit', subject: 'order', subjectId: orderId, data: { kind, fault } });
    const { characteristics = {} } = findings;
    const concludedAt = tx.now.toISOString();
    tx.emit(auditConcluded, { auditId, orderId, workerId, kind, fault, characteristics, concludedAt });
    tx.refresh('role:manager');
  });
}

async function whyNot(tx: Tx, auditId: string): Promise<string> {
  const [known] = await tx.db
    .select({ concludedAt: audits.concludedAt })
    .from(audits)
    .where(eq(audits.id, auditId));
  if (!known) return 'quality.not_found';
  return known.concludedAt ? 'quality.already_concluded' : 'quality.other_kind';
}
