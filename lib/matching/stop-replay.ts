import { and, eq } from 'drizzle-orm';
import { replays } from '#db/schema/matching.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { replayInput } from './inputs.ts';

/** Ends a replay that runs; one that has ended stays as it is. */
export async function stopReplay(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'manager');
  const { replayId } = parse(replayInput, input);
  await transaction(ctx, async (tx) => {
    const [stopped] = await tx.db
      .update(replays)
      .set({ state: 'stopped', endedAt: tx.now })
      .where(and(eq(replays.id, replayId), eq(replays.state, 'running')))
      .returning({ id: replays.id });
    if (!stopped) return;
    tx.audit({ verb: 'stopReplay', subject: 'replay', subjectId: replayId });
    tx.refresh('role:manager');
  });
}
