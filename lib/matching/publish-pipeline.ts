import { pipelineDrafts, pipelineVersions } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { type Tx, transaction } from '#lib/kernel/transaction.ts';
import { pipelinePublished } from './events.ts';
import { publishPipelineInput } from './inputs.ts';
import { compare, problemsOf } from './pipeline.rules.ts';
import { currentPipeline } from './reads.ts';

/**
 * Puts the draft in force as the next version, for every match from now on, without a deployment [US-070]. Throws `Refused`:
 * invalid, not_allowed, matching.changed_meanwhile, matching.not_publishable, matching.nothing_new.
 */
export async function publishPipeline(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requireRole(ctx, 'manager');
  const { revision, note } = parse(publishPipelineInput, input);
  return transaction(ctx, async (tx) => {
    // Of two who publish the same draft one finds it gone.
    const [draft] = await tx.db.delete(pipelineDrafts).returning();
    if (draft?.revision !== revision) throw new Refused('matching.changed_meanwhile');
    if (problemsOf(draft.spec).length > 0) throw new Refused('matching.not_publishable');
    const live = await currentPipeline(tx);
    // Somebody went back to an older one meanwhile: what this draft is compared with is another.
    if (live.version !== draft.basedOnVersion) throw new Refused('matching.version_meanwhile');
    if (compare(live.spec, draft.spec).length === 0) throw new Refused('matching.nothing_new');
    return putInForce(tx, { version: live.version + 1, spec: draft.spec, note, restoredFrom: null });
  });
}

/** Adds a version; the number's primary key lets one of two at the same time through. */
export async function putInForce(
  tx: Tx,
  row: Pick<typeof pipelineVersions.$inferInsert, 'version' | 'spec' | 'note' | 'restoredFrom'>,
): Promise<{ version: number }> {
  const [added] = await tx.db
    .insert(pipelineVersions)
    .values({ ...row, publishedAt: tx.now, publishedBy: tx.actor.id })
    .onConflictDoNothing()
    .returning({ version: pipelineVersions.version });
  if (!added) throw new Refused('matching.version_meanwhile');
  const { version, note, restoredFrom } = row;
  tx.audit({
    verb: 'publishPipeline',
    subject: 'pipeline',
    subjectId: String(version),
    why: note,
    data: { restoredFrom },
  });
  tx.emit(pipelinePublished, { version });
  tx.refresh('role:manager');
  return { version };
}
