import { eq } from 'drizzle-orm';
import { cookies } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { waiveCookieInput } from './inputs.ts';
import { mayChange } from './job.rules.ts';
import { cookieOf, lockJob, refreshJob } from './load-job.ts';

/**
 * Staff let the worker go without the cookie, saying why [US-170]. Nothing changes when it has arrived or is waived
 * already. Throws `Refused`: consumables.not_found, consumables.job_closed.
 */
export async function waiveCookie(ctx: Ctx, input: { jobId: string; reason: string }): Promise<void> {
  requireRole(ctx, 'staff');
  const { jobId, reason } = parse(waiveCookieInput, input);
  await transaction(ctx, async (tx) => {
    const job = await lockJob(tx, jobId);
    mustBe(mayChange(job.state));
    const cookie = await cookieOf(tx, job.orderId);
    if (!cookie) throw new Refused('consumables.not_found');
    if (cookie.state !== 'planned' && cookie.state !== 'ordered') return;
    await tx.db
      .update(cookies)
      .set({ state: 'waived', waivedBy: tx.actor.id, waivedWhy: reason, nextAskAt: null })
      .where(eq(cookies.orderId, job.orderId));
    tx.audit({ verb: 'waiveCookie', subject: 'order', subjectId: job.orderId, why: reason });
    refreshJob(tx, job);
  });
}
