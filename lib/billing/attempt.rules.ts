import { z } from 'zod';
import type { PartnerAnswer } from '#lib/kernel/partner.ts';

export type AttemptState =
  | 'asking'
  | 'unknown'
  | 'pending'
  | 'parked'
  | 'succeeded'
  | 'failed'
  /** It had succeeded, and the money came back. */
  | 'returned';

/** What a partner has let us know about a movement of money. `never_heard` answers a query, not an order. */
export type Truth =
  | { is: 'succeeded' }
  | { is: 'pending' }
  | { is: 'failed'; failureCode: string }
  | { is: 'returned'; failureCode: string }
  | { is: 'unknown' }
  | { is: 'never_heard' }
  | { is: 'key_conflict' };

const body = z.object({
  status: z.enum(['pending', 'succeeded', 'failed', 'returned']),
  failureCode: z.string().max(100).optional(),
  amountCents: z.string().optional(),
});

/**
 * Reads a partner's answer. Anything that cannot be understood is unknown, and so is a success over another amount than
 * ours: the outcome is never guessed.
 */
export function readAnswer(
  answer: PartnerAnswer,
  asked: { by: 'order' | 'query'; amountCents: bigint },
): Truth {
  if (answer.outcome === 'unknown') return { is: 'unknown' };
  if (answer.outcome === 'refused') {
    if (asked.by === 'query') return answer.status === 404 ? { is: 'never_heard' } : { is: 'unknown' };
    if (answer.status === 422) return { is: 'key_conflict' };
    // We signed wrongly or asked at the wrong address: nothing was moved, but this is no answer about the money.
    if ([401, 403, 404].includes(answer.status)) return { is: 'unknown' };
    const code = answer.body.failureCode;
    return {
      is: 'failed',
      failureCode: typeof code === 'string' ? code.slice(0, 100) : `refused_${answer.status}`,
    };
  }
  const read = body.safeParse(answer.body);
  if (!read.success) return { is: 'unknown' };
  const { status, failureCode, amountCents } = read.data;
  if (amountCents !== undefined && amountCents !== asked.amountCents.toString())
    return { is: 'key_conflict' };
  return status === 'failed' || status === 'returned'
    ? { is: status, failureCode: failureCode ?? status }
    : { is: status };
}

/**
 * Whether a partner will not keep a way to pay or be paid. That we signed wrongly or asked at the wrong address is no answer
 * about it.
 */
export function saysNo(answer: PartnerAnswer): boolean {
  return answer.outcome === 'refused'
    ? ![401, 403, 404].includes(answer.status)
    : answer.outcome === 'answered' && answer.body.status === 'failed';
}

/** A partner keeps to what it said under a key, so after a refusal it is asked under the next one. */
export function registrationKey(kind: 'method' | 'account', id: string, refusalsCount: number): string {
  return refusalsCount === 0 ? `${kind}:${id}` : `${kind}:${id}:${refusalsCount + 1}`;
}

const gapSeconds = [5, 20, 60, 300, 900, 3600, 10_800, 21_600];
const pendingGapSeconds = [60, 300, 900, 3600, 10_800, 21_600];
const mostUnknownAsks = 8;
const mostPendingAsks = 40;
/** After so many orders without an answer, the partner's own list is asked first. */
const ordersBeforeQuery = 3;

/** Whether the next ask repeats the order (same key, same content) or queries by key first. */
export function howToAsk({
  state,
  asksCount,
}: {
  state: AttemptState;
  asksCount: number;
}): 'order' | 'query' {
  return state === 'asking' || (state === 'unknown' && asksCount < ordersBeforeQuery) ? 'order' : 'query';
}

const later = (now: Date, gaps: readonly number[], asksCount: number) =>
  new Date(now.getTime() + gaps[Math.min(Math.max(asksCount, 1), gaps.length) - 1]! * 1000);

export type AttemptStep = { state: AttemptState; nextAskAt: Date | null; failureCode: string | null };

/**
 * What becomes of an attempt when the partner has let us know something; null when nothing changes. `asksCount` counts the
 * ask that was just answered. A success gives way only to the money's return, a failure only to a success that came late; no
 * answer after many asks parks it for a person. What came back before we heard of its arrival has moved nothing: it failed.
 */
export function stepAttempt(
  attempt: { state: AttemptState; asksCount: number },
  truth: Truth,
  now: Date,
): AttemptStep | null {
  if (attempt.state === 'returned') return null;
  if (attempt.state === 'succeeded')
    return truth.is === 'returned'
      ? { state: 'returned', nextAskAt: null, failureCode: truth.failureCode }
      : null;
  if (truth.is === 'succeeded') return { state: 'succeeded', nextAskAt: null, failureCode: null };
  if (attempt.state === 'failed') return null;
  if (truth.is === 'failed' || truth.is === 'returned')
    return { state: 'failed', nextAskAt: null, failureCode: truth.failureCode };
  if (truth.is === 'key_conflict') return { state: 'parked', nextAskAt: null, failureCode: 'key_conflict' };
  const isPending = truth.is === 'pending' || attempt.state === 'pending';
  if (attempt.asksCount >= (isPending ? mostPendingAsks : mostUnknownAsks))
    return { state: 'parked', nextAskAt: null, failureCode: 'no_answer' };
  if (isPending)
    return {
      state: 'pending',
      nextAskAt: later(now, pendingGapSeconds, attempt.asksCount),
      failureCode: null,
    };
  return { state: 'unknown', nextAskAt: later(now, gapSeconds, attempt.asksCount), failureCode: null };
}

const retryDays = [1, 3, 5, 7, 10, 14];
const dayMs = 86_400_000;

/**
 * When a failed charge is tried again: 1, 3, 5, 7, 10, 14 days after the invoice, a day apart at least; null after the last,
 * when a person must decide. `triesCount` counts the tries of the clock: what somebody asks for in between takes none of them.
 */
export function retryAt({
  issuedAt,
  triesCount,
  now,
}: {
  issuedAt: Date;
  triesCount: number;
  now: Date;
}): Date | null {
  const days = retryDays[triesCount - 1];
  if (days === undefined) return null;
  return new Date(Math.max(issuedAt.getTime() + days * dayMs, now.getTime() + dayMs));
}
