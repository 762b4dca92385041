import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { cookies } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { callPartner, type PartnerAnswer } from '#lib/kernel/partner.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { cookieArrived, cookieLate } from './events.ts';
import { afterCookieNews, type CookieNews, type CookieState, cookieKey } from './job.rules.ts';
import { lockCookie, refreshJob } from './load-job.ts';

const contractorAnswer = z.object({
  id: z.string().min(1).max(100),
  status: z.enum(['pending', 'succeeded', 'failed']),
  etaAt: z.coerce.date().nullish(),
  prediction: z.object({ en: z.string().max(2000), ru: z.string().max(2000) }).nullish(),
});

/**
 * Orders the cookie of an order from the contractor, or asks what became of it; the one verb for every step of a
 * cookie's life [US-170]. The attempt is committed before the call, the key stays the same until the contractor says
 * no, and an unknown outcome is asked for again, never guessed. Answers where the cookie stands; `unknown` means that
 * the contractor did not answer. Throws `Refused`: consumables.not_found.
 */
export async function askForCookie(
  ctx: Ctx,
  { orderId }: { orderId: string },
): Promise<{ state: CookieState; isUnknown: boolean }> {
  requireRole(ctx, 'system', 'staff');
  const asked = await beginAsking(ctx, orderId);
  if (!asked.job) return { state: asked.state, isUnknown: false };
  const { attempt, wasAsked, job } = asked;
  const key = cookieKey(orderId, attempt);
  let answer: PartnerAnswer | null = null;
  if (wasAsked) {
    const path = `/orders?idempotencyKey=${encodeURIComponent(key)}`;
    answer = await callPartner('cookies', { method: 'GET', path, idempotencyKey: key });
    // They never heard of it: the first call got lost on its way.
    if (answer.outcome === 'refused' && answer.status === 404) answer = null;
  }
  answer ??= await callPartner('cookies', {
    method: 'POST',
    path: '/orders',
    idempotencyKey: key,
    body: {
      reference: job.requestNumber,
      clientName: job.clientName || job.requestNumber,
      clientNote: job.task.slice(0, 500),
    },
  });
  return { state: await keepNews(ctx, orderId, attempt, answer), isUnknown: answer.outcome === 'unknown' };
}

async function beginAsking(ctx: Ctx, orderId: string) {
  return transaction(ctx, async (tx) => {
    const { cookie, job } = await lockCookie(tx, orderId);
    if (cookie.state !== 'planned' && cookie.state !== 'ordered')
      return { state: cookie.state, job: null } as const;
    await tx.db
      .update(cookies)
      .set({
        state: 'ordered',
        askedAt: cookie.askedAt ?? tx.now,
        // The net under a process that dies during the call: somebody asks again in a minute.
        nextAskAt: new Date(tx.now.getTime() + 60_000),
      })
      .where(eq(cookies.orderId, orderId));
    if (cookie.state === 'planned') refreshJob(tx, job);
    return { attempt: cookie.attempt, wasAsked: cookie.askedAt !== null, job, state: 'ordered' } as const;
  });
}

type Trouble = 'no_answer' | 'refused' | 'failed';

function newsOf(answer: PartnerAnswer): CookieNews & { contractorId?: string; trouble: Trouble | null } {
  if (answer.outcome === 'unknown') return { kind: 'unknown', trouble: 'no_answer' };
  if (answer.outcome === 'refused') return { kind: 'no', trouble: 'refused' };
  const body = contractorAnswer.safeParse(answer.body);
  if (!body.success) return { kind: 'unknown', trouble: 'no_answer' };
  const { id: contractorId, status, etaAt, prediction } = body.data;
  if (status === 'succeeded')
    return { kind: 'arrived', contractorId, prediction: prediction ?? null, trouble: null };
  if (status === 'failed') return { kind: 'no', contractorId, trouble: 'failed' };
  return { kind: 'pending', contractorId, etaAt: etaAt ?? null, trouble: null };
}

async function keepNews(
  ctx: Ctx,
  orderId: string,
  attempt: number,
  answer: PartnerAnswer,
): Promise<CookieState> {
  const news = newsOf(answer);
  return transaction(ctx, async (tx) => {
    const { cookie, job } = await lockCookie(tx, orderId);
    // Arrived, waived or dropped meanwhile, or another attempt is under way: this news is old.
    if (cookie.state !== 'ordered' || cookie.attempt !== attempt) return cookie.state;
    const mine = and(eq(cookies.orderId, orderId), eq(cookies.attempt, attempt));
    const event = { jobId: job.id, orderId };
    if (news.kind === 'arrived') {
      const { contractorId, prediction } = news;
      await tx.db
        .update(cookies)
        .set({
          state: 'arrived',
          contractorId,
          prediction,
          arrivedAt: tx.now,
          nextAskAt: null,
          trouble: null,
        })
        .where(mine);
      tx.emit(cookieArrived, event);
      refreshJob(tx, job);
      return 'arrived';
    }
    const next = afterCookieNews({ ...cookie, dueAt: job.dueAt }, news, tx.now);
    await tx.db
      .update(cookies)
      .set({
        attempt: next.attempt,
        etaAt: next.etaAt,
        nextAskAt: next.nextAskAt,
        trouble: news.trouble,
        contractorId: next.startAnew ? null : (news.contractorId ?? cookie.contractorId),
        askedAt: next.startAnew ? null : cookie.askedAt,
        lateAt: next.isLate ? tx.now : cookie.lateAt,
      })
      .where(mine);
    if (next.isLate) {
      tx.emit(cookieLate, event);
      tx.audit({ verb: 'askForCookie', subject: 'order', subjectId: orderId, why: news.trouble ?? 'late' });
    }
    if (next.isLate || next.etaAt?.getTime() !== cookie.etaAt?.getTime() || news.trouble !== cookie.trouble)
      refreshJob(tx, job);
    return 'ordered';
  });
}
