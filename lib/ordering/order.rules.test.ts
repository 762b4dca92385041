import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allowedActions,
  type Clock,
  type Command,
  checkStart,
  commandParty,
  decide,
  discountedPrice,
  isFinal,
  minLeadMinutes,
  moved,
  nextStates,
  type OrderFacts,
  type OrderState,
  orderStates,
} from './order.rules.ts';

const now = new Date('2026-03-02T09:00:00Z');
const later = (minutes: number, from = now) => new Date(from.getTime() + minutes * 60_000);
const clock = (at = now): Clock => ({ now: at, noShowMinutes: 30, autoCompleteHours: 24 });

const placed: OrderFacts = {
  state: 'placed',
  startsAt: later(60),
  durationMinutes: 30,
  matchId: null,
  readyAt: null,
  startedAt: null,
  reportedAt: null,
  startPhotoId: null,
  reportPhotoId: null,
  failureCause: null,
};

/** An order that came to a state in the usual way. */
const path: Command[] = [
  { name: 'assign', matchId: 'm' },
  { name: 'mark_ready' },
  { name: 'start', photoId: 'p1' },
  { name: 'report', photoId: 'p2' },
  { name: 'confirm' },
];
function obey(order: OrderFacts, command: Command, at = now): OrderFacts {
  const ruling = decide(order, command, clock(at));
  if (!ruling.ok || ruling.value.already) return order;
  return {
    ...order,
    ...moved(ruling.value, at),
    ...(command.name === 'assign' && { matchId: command.matchId }),
    ...(command.name === 'start' && { startPhotoId: command.photoId }),
    ...(command.name === 'report' && { reportPhotoId: command.photoId }),
  };
}
function orderIn(state: OrderState): OrderFacts {
  if (state === 'cancelled') return obey(placed, { name: 'cancel' });
  if (state === 'failed') return obey(orderIn('assigned'), { name: 'decline' });
  let order = placed;
  for (const command of path) {
    if (order.state === state) return order;
    order = obey(order, command);
  }
  return order;
}

const commands = fc.oneof(
  fc.record({ name: fc.constant('assign' as const), matchId: fc.constantFrom('m', 'n') }),
  fc.record({
    name: fc.constantFrom('start' as const, 'report' as const),
    photoId: fc.constantFrom('p1', 'p2', 'p3'),
  }),
  fc.record({
    name: fc.constant('end' as const),
    outcome: fc.constantFrom('completed' as const, 'cancelled' as const, 'failed' as const),
  }),
  fc.record({
    name: fc.constantFrom(
      'mark_ready' as const,
      'confirm' as const,
      'dispute' as const,
      'cancel' as const,
      'decline' as const,
      'fail_no_show' as const,
      'complete_unanswered' as const,
      'cancel_unmatched' as const,
    ),
  }),
);
const history = fc.array(fc.tuple(commands, fc.integer({ min: 0, max: 3000 })), { maxLength: 30 });

describe('the life of an order', () => {
  test('every path of commands keeps to the table, and what is final never changes', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let order = placed;
        let at = now;
        for (const [command, minutes] of steps) {
          at = later(minutes, at);
          const before = order;
          order = obey(order, command, at);
          if (order === before) continue;
          expect(nextStates[before.state]).toContain(order.state);
          expect(isFinal(before.state)).toBe(false);
          expect(order.failureCause !== null).toBe(order.state === 'failed');
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a command given twice has one effect', () => {
    fc.assert(
      fc.property(history, commands, (steps, command) => {
        const order = steps.reduce((so, [each]) => obey(so, each), placed);
        const once = obey(order, command);
        expect(obey(once, command)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('each state is reached on the usual way', () => {
    for (const state of orderStates) expect(orderIn(state).state).toBe(state);
  });
});

describe('the client', () => {
  test('may cancel until the report is sent', () => {
    for (const state of ['placed', 'assigned', 'ready', 'in_progress'] as const)
      expect(decide(orderIn(state), { name: 'cancel' }, clock())).toMatchObject({
        value: { to: 'cancelled' },
      });
    expect(decide(orderIn('reported'), { name: 'cancel' }, clock())).toEqual({
      ok: false,
      refusal: { code: 'ordering.already_reported' },
    });
  });

  test('confirms or disputes a reported order and no other', () => {
    for (const state of orderStates) {
      const confirm = decide(orderIn(state), { name: 'confirm' }, clock());
      const dispute = decide(orderIn(state), { name: 'dispute' }, clock());
      expect(confirm.ok).toBe(state === 'reported' || state === 'completed');
      expect(dispute.ok).toBe(state === 'reported');
    }
    expect(decide(orderIn('reported'), { name: 'dispute' }, clock())).toMatchObject({
      value: { to: 'failed', cause: 'client_dispute' },
    });
  });
});

describe('the worker', () => {
  test('starts only when the consumables were issued [US-160]', () => {
    const start: Command = { name: 'start', photoId: 'p1' };
    expect(decide(orderIn('assigned'), start, clock())).toEqual({
      ok: false,
      refusal: { code: 'ordering.not_ready' },
    });
    expect(decide(orderIn('ready'), start, clock())).toMatchObject({ value: { to: 'in_progress' } });
  });

  test('a photo that arrives again changes nothing, also when the order has gone on [US-180]', () => {
    for (const state of ['in_progress', 'reported', 'completed'] as const)
      expect(decide(orderIn(state), { name: 'start', photoId: 'p1' }, clock())).toEqual({
        ok: true,
        value: { already: true },
      });
    expect(decide(orderIn('in_progress'), { name: 'start', photoId: 'other' }, clock()).ok).toBe(false);
  });

  test('who cannot come says so before the start, and the order fails at once [US-130]', () => {
    for (const state of ['assigned', 'ready'] as const)
      expect(decide(orderIn(state), { name: 'decline' }, clock())).toMatchObject({
        value: { to: 'failed', cause: 'worker_declined' },
      });
    expect(decide(orderIn('in_progress'), { name: 'decline' }, clock()).ok).toBe(false);
  });
});

describe('the clock', () => {
  test('fails a worker who has not checked in 30 minutes after the time, not a minute earlier [US-130]', () => {
    const limit = later(90);
    const fail = (state: OrderState, at: Date) => decide(orderIn(state), { name: 'fail_no_show' }, clock(at));
    expect(fail('ready', later(-1, limit))).toMatchObject({
      ok: false,
      refusal: { code: 'ordering.too_early' },
    });
    expect(fail('ready', limit)).toMatchObject({ value: { to: 'failed', cause: 'worker_no_show' } });
    expect(fail('assigned', limit)).toMatchObject({ value: { to: 'failed', cause: 'not_issued_in_time' } });
    expect(fail('in_progress', later(100_000, limit)).ok).toBe(false);
  });

  test('completes a reported order that nobody answered in 24 hours', () => {
    const complete = (at: Date) => decide(orderIn('reported'), { name: 'complete_unanswered' }, clock(at));
    expect(complete(later(24 * 60 - 1)).ok).toBe(false);
    expect(complete(later(24 * 60))).toMatchObject({ value: { to: 'completed' } });
  });

  test('cancels an order for which nobody was found by the time it would have failed', () => {
    const cancel = (at: Date) => decide(placed, { name: 'cancel_unmatched' }, clock(at));
    expect(cancel(later(89)).ok).toBe(false);
    expect(cancel(later(90))).toMatchObject({ value: { to: 'cancelled' } });
  });
});

test('a manager may end any open order as the table allows', () => {
  for (const state of orderStates) {
    for (const outcome of ['completed', 'cancelled', 'failed'] as const) {
      const ruling = decide(orderIn(state), { name: 'end', outcome }, clock());
      expect(ruling.ok).toBe(nextStates[state].includes(outcome) || state === outcome);
    }
    if (!isFinal(state))
      expect(allowedActions(orderIn(state), 'manager').some((action) => action.allowed)).toBe(true);
  }
});

test('a screen offers exactly what the rules allow', () => {
  const asked: Record<string, Command> = {
    cancel: { name: 'cancel' },
    confirm: { name: 'confirm' },
    dispute: { name: 'dispute' },
    start: { name: 'start', photoId: 'new' },
    report: { name: 'report', photoId: 'new' },
    decline: { name: 'decline' },
    end_completed: { name: 'end', outcome: 'completed' },
    end_cancelled: { name: 'end', outcome: 'cancelled' },
    end_failed: { name: 'end', outcome: 'failed' },
  };
  for (const state of orderStates) {
    for (const party of ['client', 'worker', 'manager'] as const) {
      const offered = allowedActions(orderIn(state), party);
      for (const [action, command] of Object.entries(asked)) {
        if (commandParty[command.name] !== party) continue;
        const ruling = decide(orderIn(state), command, clock());
        const works = ruling.ok && !ruling.value.already;
        expect([state, action, offered.some((each) => each.action === action && each.allowed)]).toEqual([
          state,
          action,
          works,
        ]);
      }
    }
  }
  expect(allowedActions({ state: 'failed' }, 'client')).toEqual([{ action: 'reorder', allowed: true }]);
  expect(allowedActions({ state: 'failed', reorderedAsId: 'x' }, 'client')).toMatchObject([
    { allowed: false },
  ]);
});

test('the work begins some minutes ahead and within a year [US-020]', () => {
  expect(checkStart(later(-1), now)).toMatchObject({ refusal: { code: 'ordering.past_date' } });
  expect(checkStart(now, now)).toMatchObject({ refusal: { code: 'ordering.past_date' } });
  expect(checkStart(later(minLeadMinutes - 1), now)).toMatchObject({
    refusal: { code: 'ordering.too_soon' },
  });
  expect(checkStart(later(minLeadMinutes), now).ok).toBe(true);
  expect(checkStart(later(367 * 24 * 60), now)).toMatchObject({ refusal: { code: 'ordering.too_far' } });
});

test('the discount is rounded half up, once [US-040]', () => {
  expect(discountedPrice(10_000n, 5)).toBe(9_500n);
  expect(discountedPrice(10n, 5)).toBe(9n);
  expect(discountedPrice(10_000n, 0)).toBe(10_000n);
});
