import { eq } from 'drizzle-orm';
import { pipelineVersions } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { restorePipelineInput } from './inputs.ts';
import { problemsOf } from './pipeline.rules.ts';
import { putInForce } from './publish-pipeline.ts';
import { currentPipeline } from './reads.ts';

/**
 * Goes back to an older version: it is published anew, so what was in force when stays readable. The draft stays. Throws
 * `Refused`: not_allowed, matching.not_found, matching.nothing_new, matching.not_publishable, matching.version_meanwhile.
 */
export async function restorePipeline(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requireRole(ctx, 'manager');
  const { version } = parse(restorePipelineInput, input);
  return transaction(ctx, async (tx) => {
    const [old] = await tx.db.select().from(pipelineVersions).where(eq(pipelineVersions.version, version));
    if (!old) throw new Refused('matching.not_found');
    const live = await currentPipeline(tx);
    if (live.version === version) throw new Refused('matching.nothing_new');
    if (problemsOf(old.spec).length > 0) throw new Refused('matching.not_publishable');
    return putInForce(tx, {
      version: live.version + 1,
      spec: old.spec,
      note: old.note,
      restoredFrom: version,
    });
  });
}
