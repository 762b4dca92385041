import { type Cents, percentOf } from '#lib/kernel/money.ts';
import { type Ruling, refused, ruled } from '#lib/kernel/refused.ts';
import type { failureCauses } from './events.ts';

export const orderStates = [
  'placed',
  'assigned',
  'ready',
  'in_progress',
  'reported',
  'completed',
  'failed',
  'cancelled',
] as const;
export type OrderState = (typeof orderStates)[number];
export type FailureCause = (typeof failureCauses)[number];

/** The life of an order: where it may go from each state. Nothing leads out of a final state. */
export const nextStates: Record<OrderState, readonly OrderState[]> = {
  placed: ['assigned', 'cancelled'],
  assigned: ['ready', 'cancelled', 'failed'],
  ready: ['in_progress', 'cancelled', 'failed'],
  in_progress: ['reported', 'cancelled', 'failed'],
  reported: ['completed', 'failed'],
  completed: [],
  failed: [],
  cancelled: [],
};

export const isFinal = (state: OrderState): boolean => nextStates[state].length === 0;
export const activeStates = orderStates.filter((state) => !isFinal(state));

/** Whose command it is: it decides what they see and may do. */
export type Party = 'client' | 'worker' | 'manager' | 'system';

/** What the rules need to know of an order. */
export type OrderFacts = {
  state: OrderState;
  startsAt: Date;
  durationMinutes: number;
  matchId: string | null;
  readyAt: Date | null;
  startedAt: Date | null;
  reportedAt: Date | null;
  startPhotoId: string | null;
  reportPhotoId: string | null;
  failureCause: FailureCause | null;
};

export type Outcome = 'completed' | 'cancelled' | 'failed';

export type Command =
  | { name: 'assign'; matchId: string }
  | { name: 'start' | 'report'; photoId: string }
  | { name: 'end'; outcome: Outcome }
  | {
      name:
        | 'mark_ready'
        | 'confirm'
        | 'dispute'
        | 'cancel'
        | 'decline'
        | 'fail_no_show'
        | 'complete_unanswered'
        | 'cancel_unmatched';
    };

export const commandParty: Record<Command['name'], Party> = {
  assign: 'system',
  mark_ready: 'system',
  start: 'worker',
  report: 'worker',
  decline: 'worker',
  confirm: 'client',
  dispute: 'client',
  cancel: 'client',
  end: 'manager',
  fail_no_show: 'system',
  complete_unanswered: 'system',
  cancel_unmatched: 'system',
};

/** The clock and the settings that decide by it. */
export type Clock = { now: Date; noShowMinutes: number; autoCompleteHours: number };

/** Where the order goes; `already` when this very command has had its effect before. */
export type Decision = { already: true } | { already: false; to: OrderState; cause?: FailureCause };

const minutes = (count: number) => count * 60_000;
const move = (to: OrderState, cause?: FailureCause): Ruling<Decision> => ruled({ already: false, to, cause });
const already: Ruling<Decision> = ruled({ already: true });

/** When an order without check-in fails by the clock [US-130]. */
export const noShowAt = (startsAt: Date, noShowMinutes: number): Date =>
  new Date(startsAt.getTime() + minutes(noShowMinutes));
/** When a reported order that nobody answered completes itself. */
export const unansweredAt = (reportedAt: Date, autoCompleteHours: number): Date =>
  new Date(reportedAt.getTime() + minutes(autoCompleteHours * 60));
/** When an order in progress has taken twice its planned time. */
export const overrunAt = (startedAt: Date, durationMinutes: number): Date =>
  new Date(startedAt.getTime() + minutes(2 * durationMinutes));

/**
 * What a command does to an order. Refuses with `ordering.wrong_state` (and `state`) what the order's state does not
 * allow, `ordering.not_ready` a start before the consumables were issued, `ordering.already_reported` a late cancel,
 * `ordering.too_early` what the clock does not allow yet.
 */
export function decide(order: OrderFacts, command: Command, clock: Clock): Ruling<Decision> {
  const { state } = order;
  const wrong = refused('ordering.wrong_state', { state });
  switch (command.name) {
    case 'assign':
      if (order.matchId === command.matchId) return already;
      return state === 'placed' ? move('assigned') : wrong;
    case 'mark_ready':
      if (order.readyAt) return already;
      return state === 'assigned' ? move('ready') : wrong;
    case 'start':
      if (order.startPhotoId === command.photoId) return already;
      if (state === 'assigned') return refused('ordering.not_ready');
      return state === 'ready' ? move('in_progress') : wrong;
    case 'report':
      if (order.reportPhotoId === command.photoId) return already;
      return state === 'in_progress' ? move('reported') : wrong;
    case 'confirm':
      if (state === 'completed') return already;
      return state === 'reported' ? move('completed') : wrong;
    case 'dispute':
      if (order.failureCause === 'client_dispute') return already;
      return state === 'reported' ? move('failed', 'client_dispute') : wrong;
    case 'cancel':
      if (state === 'cancelled') return already;
      if (state === 'reported') return refused('ordering.already_reported');
      return nextStates[state].includes('cancelled') ? move('cancelled') : wrong;
    case 'decline':
      if (order.failureCause === 'worker_declined') return already;
      return state === 'assigned' || state === 'ready' ? move('failed', 'worker_declined') : wrong;
    case 'end':
      if (state === command.outcome) return already;
      if (!nextStates[state].includes(command.outcome)) return wrong;
      return move(command.outcome, command.outcome === 'failed' ? 'manager' : undefined);
    case 'fail_no_show':
      if (state !== 'assigned' && state !== 'ready') return wrong;
      if (clock.now < noShowAt(order.startsAt, clock.noShowMinutes)) return refused('ordering.too_early');
      return move('failed', state === 'ready' ? 'worker_no_show' : 'not_issued_in_time');
    case 'complete_unanswered':
      if (state !== 'reported' || !order.reportedAt) return wrong;
      if (clock.now < unansweredAt(order.reportedAt, clock.autoCompleteHours))
        return refused('ordering.too_early');
      return move('completed');
    case 'cancel_unmatched':
      if (state !== 'placed') return wrong;
      if (clock.now < noShowAt(order.startsAt, clock.noShowMinutes)) return refused('ordering.too_early');
      return move('cancelled');
  }
}

/** What else changes on an order that moves. */
export type Stamps = Partial<{
  assignedAt: Date;
  readyAt: Date;
  startedAt: Date;
  reportedAt: Date;
  endedAt: Date;
  failureCause: FailureCause;
}>;

/** The order's new state with its times. */
export function moved({ to, cause }: { to: OrderState; cause?: FailureCause }, now: Date) {
  const stamps: Stamps = {
    ...(to === 'assigned' && { assignedAt: now }),
    ...(to === 'ready' && { readyAt: now }),
    ...(to === 'in_progress' && { startedAt: now }),
    ...(to === 'reported' && { reportedAt: now }),
    ...(isFinal(to) && { endedAt: now }),
    ...(cause && { failureCause: cause }),
  };
  return { state: to, ...stamps };
}

export type ActionName =
  | 'cancel'
  | 'confirm'
  | 'dispute'
  | 'reorder'
  | 'start'
  | 'report'
  | 'decline'
  | 'end_completed'
  | 'end_cancelled'
  | 'end_failed';

/** An action of a screen; `reason` is a key under `ordering.reasons` that says why it cannot be done now. */
export type AllowedAction = { action: ActionName; allowed: boolean; reason?: string };

/** What a party may do with an order now, in the order in which a screen offers it. */
export function allowedActions(
  order: Pick<OrderFacts, 'state'> & { reorderedAsId?: string | null },
  party: Exclude<Party, 'system'>,
): AllowedAction[] {
  const { state } = order;
  const yes = (action: ActionName): AllowedAction => ({ action, allowed: true });
  const no = (action: ActionName, reason: string): AllowedAction => ({ action, allowed: false, reason });
  if (party === 'manager') {
    const ends: Outcome[] = ['completed', 'failed', 'cancelled'];
    if (isFinal(state)) return [];
    return ends.map((outcome) =>
      nextStates[state].includes(outcome) ? yes(`end_${outcome}`) : no(`end_${outcome}`, `end_${outcome}`),
    );
  }
  if (party === 'worker') {
    switch (state) {
      case 'assigned':
        return [no('start', 'not_issued'), yes('decline')];
      case 'ready':
        return [yes('start'), yes('decline')];
      case 'in_progress':
        return [yes('report')];
      default:
        return [];
    }
  }
  switch (state) {
    case 'placed':
    case 'assigned':
    case 'ready':
      return [yes('cancel')];
    case 'in_progress':
      return [no('confirm', 'not_reported'), yes('cancel')];
    case 'reported':
      return [yes('confirm'), yes('dispute'), no('cancel', 'already_reported')];
    case 'failed':
    case 'cancelled':
      return [order.reorderedAsId ? no('reorder', 'reordered') : yes('reorder')];
    case 'completed':
      return [];
  }
}

/** Time that the warehouse and the cookie need before anybody can go out. */
export const minLeadMinutes = 10;
const maxLeadDays = 366;

/** When the work may begin: some minutes ahead, at most a year. Refuses ordering.past_date, too_soon, too_far. */
export function checkStart(startsAt: Date, now: Date): Ruling<Date> {
  if (startsAt <= now) return refused('ordering.past_date');
  if (startsAt.getTime() < now.getTime() + minutes(minLeadMinutes))
    return refused('ordering.too_soon', { minutes: minLeadMinutes });
  if (startsAt.getTime() > now.getTime() + minutes(maxLeadDays * 24 * 60)) return refused('ordering.too_far');
  return ruled(startsAt);
}

/** What the client pays: the cost less the loyalty discount, which is rounded half up [US-040]. */
export function discountedPrice(costCents: Cents, discountPercent: number): Cents {
  return costCents - percentOf(costCents, discountPercent);
}
