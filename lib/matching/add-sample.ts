import { samples } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { sampleAdded } from './events.ts';
import { addSampleInput } from './inputs.ts';

/** A worker who joined becomes known to matching [US-120]; for the system. Known ones are left as they are. */
export async function addSample(ctx: Ctx, input: unknown): Promise<{ added: boolean }> {
  requireRole(ctx, 'system');
  const { workerId, name, characteristics } = parse(addSampleInput, input);
  return transaction(ctx, async (tx) => {
    const [added] = await tx.db
      .insert(samples)
      .values({ workerId, name, characteristics, joinedAt: tx.now })
      .onConflictDoNothing()
      .returning({ workerId: samples.workerId });
    if (!added) return { added: false };
    tx.audit({ verb: 'addSample', subject: 'sample', subjectId: workerId });
    tx.emit(sampleAdded, { workerId });
    return { added: true };
  });
}
