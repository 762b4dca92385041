import { type Ruling, refused, ruled } from '#lib/kernel/refused.ts';

export type JobState = 'open' | 'issued' | 'dropped' | 'returning' | 'returned';
export type CookieState = 'planned' | 'ordered' | 'arrived' | 'waived' | 'dropped';

/** In every kit, also when the service type's kit forgot it [US-150]. */
export const acceptanceFormCode = 'acceptance-form';

const minuteMs = 60_000;
export const minutesBefore = (at: Date, minutes: number) => new Date(at.getTime() - minutes * minuteMs);
const minutesAfter = (at: Date, minutes: number) => new Date(at.getTime() + minutes * minuteMs);

/** The kit with the acceptance form, each item once. */
export function kitWithForm(kit: readonly { itemCode: string; quantity: number }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { itemCode, quantity } of kit) counts.set(itemCode, (counts.get(itemCode) ?? 0) + quantity);
  if (!counts.has(acceptanceFormCode)) counts.set(acceptanceFormCode, 1);
  return counts;
}

/** When the worker comes, and when the cookie is ordered so that nobody stands and waits [US-170]. */
export function jobTimes(
  startsAt: Date,
  { pickUpMinutes, cookieLeadMinutes }: { pickUpMinutes: number; cookieLeadMinutes: number },
): { dueAt: Date; cookieOrderAt: Date } {
  const dueAt = minutesBefore(startsAt, pickUpMinutes);
  return { dueAt, cookieOrderAt: minutesBefore(dueAt, cookieLeadMinutes) };
}

type Line = { itemId: string; count: number; isTicked: boolean };

/** A line is dealt with when it is ticked or left out. */
export const isDealtWith = ({ count, isTicked }: Pick<Line, 'count' | 'isTicked'>) => isTicked || count === 0;

/** Staff may change the kit until it is issued; the kit of the service type is a proposal [US-160]. */
export function mayChange(state: JobState): Ruling<true> {
  return state === 'open' ? ruled(true) : refused('consumables.job_closed');
}

/** What still stands between a job and "Issued", in the order in which staff do it; empty when nothing does. */
export function issueBlockers(
  lines: readonly Line[],
  cookie: CookieState,
  onHand: ReadonlyMap<string, number>,
): ('lines' | 'cookie' | 'stock')[] {
  const blockers: ('lines' | 'cookie' | 'stock')[] = [];
  if (!lines.some(({ count }) => count > 0) || !lines.every(isDealtWith)) blockers.push('lines');
  if (lines.some(({ itemId, count }) => count > (onHand.get(itemId) ?? 0))) blockers.push('stock');
  if (cookie !== 'arrived' && cookie !== 'waived') blockers.push('cookie');
  return blockers;
}

const blockerCodes = {
  lines: 'consumables.lines_open',
  stock: 'consumables.not_enough_on_hand',
  cookie: 'consumables.cookie_waits',
};

/** Issuing is what lets the worker start [US-160]: everything ticked, on the shelf, and the cookie there or waived. */
export function mayIssue(
  state: JobState,
  lines: readonly Line[],
  cookie: CookieState,
  onHand: ReadonlyMap<string, number>,
): Ruling<true> {
  if (state !== 'open') return refused('consumables.job_closed');
  const [first] = issueBlockers(lines, cookie, onHand);
  return first ? refused(blockerCodes[first]) : ruled(true);
}

/** An order ended without being completed: the job is dropped, or what was issued is expected back. */
export function afterOrderEnded(state: JobState): JobState {
  if (state === 'open') return 'dropped';
  if (state === 'issued') return 'returning';
  return state;
}

/** How a line of an issued job is settled: what came back, and the rest written off, which needs a reason. */
export function settleLine(
  count: number,
  returnedCount: number,
  reason: string | undefined,
): Ruling<{ returnedCount: number; writtenOffCount: number }> {
  if (returnedCount > count) return refused('consumables.returned_too_many');
  if (returnedCount < count && !reason) return refused('consumables.write_off_reason');
  return ruled({ returnedCount, writtenOffCount: count - returnedCount });
}

/** Below the reorder point: whether this movement crossed it, and how much to propose so that twice the point is there. */
export function lowStock(
  beforeCount: number,
  afterCount: number,
  reorderPointCount: number,
): { crossed: boolean; proposeCount: number } | null {
  if (afterCount >= reorderPointCount) return null;
  return { crossed: beforeCount >= reorderPointCount, proposeCount: reorderPointCount * 2 - afterCount };
}

const cookieAttempts = 3;
const patienceWithoutEtaMinutes = 10;
const giveUpAfterMinutes = 6 * 60;

export type CookieFacts = {
  attempt: number;
  /** When this attempt was first asked for. */
  askedAt: Date | null;
  etaAt: Date | null;
  lateAt: Date | null;
  dueAt: Date;
};

/** What the contractor's answer means. */
export type CookieNews =
  | { kind: 'pending'; etaAt: Date | null }
  | { kind: 'arrived'; prediction: { en: string; ru: string } | null }
  | { kind: 'no' }
  | { kind: 'unknown' };

/**
 * What to do about a cookie that is not there: wait and ask again (every minute, ten after an hour), or try anew under
 * the next attempt when the contractor said no, at most three times. `isLate` becomes true once.
 */
export function afterCookieNews(
  facts: CookieFacts,
  news: Exclude<CookieNews, { kind: 'arrived' }>,
  now: Date,
): { attempt: number; etaAt: Date | null; nextAskAt: Date | null; isLate: boolean; startAnew: boolean } {
  const etaAt =
    news.kind === 'pending' ? (news.etaAt ?? facts.etaAt) : news.kind === 'no' ? null : facts.etaAt;
  const expectedAt = etaAt ?? minutesAfter(facts.askedAt ?? now, patienceWithoutEtaMinutes);
  const isLate = facts.lateAt === null && (news.kind === 'no' || now >= expectedAt);
  const startAnew = news.kind === 'no' && facts.attempt < cookieAttempts;
  const gaveUp = (news.kind === 'no' && !startAnew) || now > minutesAfter(facts.dueAt, giveUpAfterMinutes);
  const lateForMs = facts.lateAt ? now.getTime() - facts.lateAt.getTime() : 0;
  const soon = minutesAfter(now, lateForMs > 60 * minuteMs ? 10 : 1);
  return {
    attempt: startAnew ? facts.attempt + 1 : facts.attempt,
    etaAt,
    nextAskAt: gaveUp ? null : etaAt && etaAt > now ? etaAt : soon,
    isLate,
    startAnew,
  };
}

/** The idempotency key of an attempt, and the way back from it. */
export const cookieKey = (orderId: string, attempt: number) =>
  attempt === 1 ? `cookie:${orderId}` : `cookie:${orderId}:${attempt}`;

export function orderOfCookieKey(key: string): string | null {
  return /^cookie:([^:]+)(?::\d+)?$/.exec(key)?.[1] ?? null;
}
