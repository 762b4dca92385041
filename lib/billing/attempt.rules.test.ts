import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AttemptState,
  howToAsk,
  readAnswer,
  registrationKey,
  retryAt,
  saysNo,
  stepAttempt,
  type Truth,
} from './attempt.rules.ts';

const now = new Date('2026-03-08T17:00:00Z');
const order = { by: 'order', amountCents: 500n } as const;
const query = { by: 'query', amountCents: 500n } as const;

describe('a partner’s answer', () => {
  const answered = (body: Record<string, unknown>) => ({ outcome: 'answered', body }) as const;
  const refusal = (status: number, body = {}) => ({ outcome: 'refused', status, body }) as const;

  test('is read for what it says', () => {
    expect(readAnswer(answered({ status: 'succeeded', amountCents: '500' }), order)).toEqual({
      is: 'succeeded',
    });
    expect(readAnswer(answered({ status: 'pending' }), order)).toEqual({ is: 'pending' });
    expect(readAnswer(answered({ status: 'failed', failureCode: 'card_declined' }), order)).toEqual({
      is: 'failed',
      failureCode: 'card_declined',
    });
    expect(readAnswer(refusal(400, { failureCode: 'no_such_method' }), order)).toEqual({
      is: 'failed',
      failureCode: 'no_such_method',
    });
  });

  test('is never guessed', () => {
    for (const body of [{}, { status: 'perhaps' }, { status: true }])
      expect(readAnswer(answered(body), order)).toEqual({ is: 'unknown' });
    expect(readAnswer({ outcome: 'unknown', why: 'timeout' }, order)).toEqual({ is: 'unknown' });
    expect(readAnswer(refusal(401), order)).toEqual({ is: 'unknown' });
    expect(readAnswer(refusal(400), query)).toEqual({ is: 'unknown' });
  });

  test('over another amount, or that our key was used for something else, goes to a person', () => {
    expect(readAnswer(answered({ status: 'succeeded', amountCents: '501' }), order)).toEqual({
      is: 'key_conflict',
    });
    expect(readAnswer(refusal(422), order)).toEqual({ is: 'key_conflict' });
  });

  test('"never heard of it" is an answer to a query only', () => {
    expect(readAnswer(refusal(404), query)).toEqual({ is: 'never_heard' });
    expect(readAnswer(refusal(404), order)).toEqual({ is: 'unknown' });
  });
});

describe('an attempt', () => {
  test('is ordered again under its key three times, then the partner’s list is asked first', () => {
    expect(howToAsk({ state: 'asking', asksCount: 0 })).toBe('order');
    expect(howToAsk({ state: 'unknown', asksCount: 2 })).toBe('order');
    expect(howToAsk({ state: 'unknown', asksCount: 3 })).toBe('query');
    expect(howToAsk({ state: 'pending', asksCount: 1 })).toBe('query');
  });

  test('without an answer waits longer and longer, and is parked for a person after eight asks', () => {
    const waits: (number | null)[] = [];
    for (let asksCount = 1; asksCount <= 8; asksCount++) {
      const step = stepAttempt({ state: 'unknown', asksCount }, { is: 'unknown' }, now);
      waits.push(step!.nextAskAt && (step!.nextAskAt.getTime() - now.getTime()) / 1000);
    }
    expect(waits).toEqual([5, 20, 60, 300, 900, 3600, 10_800, null]);
    expect(stepAttempt({ state: 'unknown', asksCount: 8 }, { is: 'unknown' }, now)?.state).toBe('parked');
  });

  test('that was parked ends as soon as the partner says how', () => {
    expect(stepAttempt({ state: 'parked', asksCount: 9 }, { is: 'succeeded' }, now)?.state).toBe('succeeded');
    expect(
      stepAttempt({ state: 'parked', asksCount: 9 }, { is: 'failed', failureCode: 'x' }, now)?.state,
    ).toBe('failed');
  });

  const truths: Truth[] = [
    { is: 'succeeded' },
    { is: 'pending' },
    { is: 'failed', failureCode: 'declined' },
    { is: 'unknown' },
    { is: 'never_heard' },
    { is: 'key_conflict' },
    { is: 'returned', failureCode: 'account_closed' },
  ];
  const run = (seen: Truth[]) => {
    let state: AttemptState = 'asking';
    const states: AttemptState[] = [];
    for (const [i, truth] of seen.entries()) {
      state = stepAttempt({ state, asksCount: i + 1 }, truth, now)?.state ?? state;
      states.push(state);
    }
    return states;
  };

  test('succeeds if and only if the partner ever said so, and leaves success only when the money comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...truths), { maxLength: 30 }), (seen) => {
        const states = run(seen);
        const first = states.indexOf('succeeded');
        expect(states.includes('succeeded')).toBe(seen.some((truth) => truth.is === 'succeeded'));
        if (first < 0) {
          expect(states).not.toContain('returned');
          return;
        }
        const back = seen.findIndex((truth, i) => i > first && truth.is === 'returned');
        expect(states.slice(first)).toEqual(
          seen.slice(first).map((_, i) => (back >= 0 && first + i >= back ? 'returned' : 'succeeded')),
        );
      }),
    );
  });

  test('whose money came back before we heard that it had arrived has moved nothing: it failed', () => {
    for (const state of ['asking', 'unknown', 'pending', 'parked'] as const)
      expect(
        stepAttempt({ state, asksCount: 1 }, { is: 'returned', failureCode: 'account_closed' }, now),
      ).toEqual({ state: 'failed', nextAskAt: null, failureCode: 'account_closed' });
  });

  test('fails only if the partner said so', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...truths.filter((t) => t.is !== 'failed' && t.is !== 'returned')), {
          maxLength: 60,
        }),
        (seen) => {
          expect(run(seen)).not.toContain('failed');
        },
      ),
    );
  });
});

describe('a failed charge', () => {
  const days = (triesCount: number, at = now) => {
    const again = retryAt({ issuedAt: now, triesCount, now: at });
    return again && (again.getTime() - now.getTime()) / 86_400_000;
  };

  test('is tried again on days 1, 3, 5, 7, 10 and 14, then a manager decides', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((n) => days(n))).toEqual([1, 3, 5, 7, 10, 14, null]);
  });

  test('is not tried twice on one day after a long break', () => {
    const late = new Date(now.getTime() + 20 * 86_400_000);
    expect(days(2, late)).toBe(21);
  });
});

describe('a way to pay or be paid', () => {
  test('is refused only by a partner that says so: no answer, and not having known us, are none', () => {
    const body = {};
    expect(saysNo({ outcome: 'refused', status: 400, body })).toBe(true);
    expect(saysNo({ outcome: 'refused', status: 422, body })).toBe(true);
    expect(saysNo({ outcome: 'answered', body: { status: 'failed' } })).toBe(true);
    for (const status of [401, 403, 404]) expect(saysNo({ outcome: 'refused', status, body })).toBe(false);
    expect(saysNo({ outcome: 'unknown', why: 'TimeoutError' })).toBe(false);
    expect(saysNo({ outcome: 'answered', body: { status: 'succeeded', token: 't' } })).toBe(false);
  });

  test('is registered under a key of its own after each refusal', () => {
    expect([0, 1, 2].map((count) => registrationKey('method', 'm', count))).toEqual([
      'method:m',
      'method:m:2',
      'method:m:3',
    ]);
  });
});
