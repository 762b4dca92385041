import { pipelineDrafts } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';

/** Throws the managers' draft away; without one it does nothing. */
export async function discardDraft(ctx: Ctx): Promise<void> {
  requireRole(ctx, 'manager');
  await transaction(ctx, async (tx) => {
    const gone = await tx.db.delete(pipelineDrafts).returning({ revision: pipelineDrafts.revision });
    if (gone.length === 0) return;
    tx.audit({ verb: 'discardDraft', subject: 'pipeline', subjectId: 'draft' });
    tx.refresh('role:manager');
  });
}
