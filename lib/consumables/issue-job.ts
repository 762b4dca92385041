import { eq } from 'drizzle-orm';
import { jobs } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { requireOwnPhoto } from '#lib/kernel/photo.ts';
import { mustBe } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { jobIssued } from './events.ts';
import { issueJobInput } from './inputs.ts';
import { mayIssue } from './job.rules.ts';
import { cookieOf, linesOf, lockItems, lockJob, refreshJob } from './load-job.ts';
import { moveStock } from './move-stock.ts';

/**
 * Handed over and signed for [US-160]: the kit leaves the shelf, the reservation goes with it, and the worker may start.
 * A second tap finds it done and changes nothing. Throws `Refused`: consumables.not_found, consumables.job_closed,
 * consumables.lines_open, consumables.cookie_waits, consumables.not_enough_on_hand, photo.not_found (the signature).
 */
export async function issueJob(ctx: Ctx, input: { jobId: string; signaturePhotoId: string }): Promise<void> {
  requireRole(ctx, 'staff');
  const { jobId, signaturePhotoId } = parse(issueJobInput, input);
  await transaction(ctx, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (job.state === 'issued') return;
    const lines = await linesOf(tx, jobId);
    const cookie = await cookieOf(tx, job.orderId);
    const taken = lines.filter(({ count }) => count > 0);
    const shelf = await lockItems(
      tx,
      taken.map(({ itemId }) => itemId),
    );
    const onHand = new Map(shelf.map(({ id, onHandCount }) => [id, onHandCount]));
    mustBe(mayIssue(job.state, lines, cookie?.state ?? 'planned', onHand));
    await requireOwnPhoto(tx, signaturePhotoId, 'signature');
    await moveStock(
      tx,
      shelf,
      taken.map(({ id, itemId, count }) => ({
        itemId,
        kind: 'issued',
        count,
        deltaCount: -count,
        jobId,
        effectKey: `issue:${id}`,
      })),
    );
    await tx.db
      .update(jobs)
      .set({ state: 'issued', issuedAt: tx.now, issuedBy: tx.actor.id, signaturePhotoId })
      .where(eq(jobs.id, jobId));
    tx.audit({
      verb: 'issueJob',
      subject: 'order',
      subjectId: job.orderId,
      data: { jobId, signaturePhotoId },
    });
    tx.emit(jobIssued, { jobId, orderId: job.orderId, workerId: job.workerId });
    refreshJob(tx, job);
  });
}
