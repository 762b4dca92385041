import { and, eq } from 'drizzle-orm';
import { pipelineDrafts } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { saveDraftInput } from './inputs.ts';
import type { PipelineSpec } from './pipeline.rules.ts';

/**
 * Keeps the managers' draft; it may be unfinished, publishing says what is missing. Throws `Refused`: invalid, not_allowed,
 * matching.changed_meanwhile when a colleague saved in between.
 */
export async function saveDraft(ctx: Ctx, input: unknown): Promise<{ revision: number }> {
  requireRole(ctx, 'manager');
  const { spec, revision, basedOnVersion } = parse(saveDraftInput, input);
  return transaction(ctx, async (tx) => {
    const draft = {
      spec: spec as PipelineSpec,
      revision: revision + 1,
      changedAt: tx.now,
      changedBy: tx.actor.id,
    };
    const saved = revision
      ? await tx.db
          .update(pipelineDrafts)
          .set(draft)
          .where(and(eq(pipelineDrafts.id, 1), eq(pipelineDrafts.revision, revision)))
          .returning({ id: pipelineDrafts.id })
      : await tx.db
          .insert(pipelineDrafts)
          .values({ id: 1, basedOnVersion, ...draft })
          .onConflictDoNothing()
          .returning({ id: pipelineDrafts.id });
    if (saved.length === 0) throw new Refused('matching.changed_meanwhile');
    tx.audit({
      verb: 'saveDraft',
      subject: 'pipeline',
      subjectId: 'draft',
      data: { revision: draft.revision },
    });
    tx.refresh('role:manager');
    return { revision: draft.revision };
  });
}
