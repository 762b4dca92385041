import { and, eq } from 'drizzle-orm';
import { applications } from '#db/schema/hiring.ts';
import { Refused } from '#lib/kernel/refused.ts';
import type { Tx } from '#lib/kernel/transaction.ts';

/** Flips a new application into its decision; asked again with the same decision it changes nothing. Null: nothing changed. */
export async function decideApplication(
  tx: Tx,
  applicationId: string,
  decision: { state: 'accepted' | 'declined'; reason: string; characteristics?: Record<string, number> },
) {
  const [decided] = await tx.db
    .update(applications)
    .set({ ...decision, decidedAt: tx.now, decidedBy: tx.actor.id })
    .where(and(eq(applications.id, applicationId), eq(applications.state, 'new')))
    .returning();
  if (!decided) {
    const [known] = await tx.db
      .select({ state: applications.state })
      .from(applications)
      .where(eq(applications.id, applicationId));
    if (!known) throw new Refused('hiring.not_found');
    if (known.state !== decision.state) throw new Refused('hiring.decided_already');
    return null;
  }
  const { state, reason } = decision;
  tx.audit({
    verb: 'decideApplication',
    subject: 'application',
    subjectId: applicationId,
    why: reason,
    data: { state },
  });
  tx.refresh('role:manager');
  return decided;
}
