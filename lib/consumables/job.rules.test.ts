import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterCookieNews,
  afterOrderEnded,
  type CookieFacts,
  cookieKey,
  issueBlockers,
  jobTimes,
  kitWithForm,
  lowStock,
  mayChange,
  mayIssue,
  orderOfCookieKey,
  settleLine,
} from './job.rules.ts';

const now = new Date('2026-03-02T09:00:00Z');
const inMinutes = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

describe('a kit', () => {
  test('always has the acceptance form [US-150]', () => {
    expect([...kitWithForm([{ itemCode: 'glass', quantity: 2 }])]).toEqual([
      ['glass', 2],
      ['acceptance-form', 1],
    ]);
    expect([...kitWithForm([{ itemCode: 'acceptance-form', quantity: 3 }])]).toEqual([
      ['acceptance-form', 3],
    ]);
  });

  test('has each item once', () => {
    expect(
      kitWithForm([
        { itemCode: 'glass', quantity: 2 },
        { itemCode: 'glass', quantity: 1 },
      ]).get('glass'),
    ).toBe(3);
  });
});

test('the worker comes before the start, and the cookie is ordered ahead of that [US-170]', () => {
  expect(jobTimes(inMinutes(60), { pickUpMinutes: 15, cookieLeadMinutes: 30 })).toEqual({
    dueAt: inMinutes(45),
    cookieOrderAt: inMinutes(15),
  });
});

describe('issuing [US-160]', () => {
  const onHand = new Map([
    ['glass', 5],
    ['form', 5],
  ]);
  const glass = { itemId: 'glass', count: 2, isTicked: true };
  const form = { itemId: 'form', count: 1, isTicked: true };

  test('is allowed when everything is ticked, on the shelf, and the cookie has arrived', () => {
    expect(mayIssue('open', [glass, form], 'arrived', onHand)).toEqual({ ok: true, value: true });
  });
  test('is allowed when the cookie was waived', () => {
    expect(mayIssue('open', [glass], 'waived', onHand).ok).toBe(true);
  });
  test('does not wait for a line that staff left out', () => {
    expect(mayIssue('open', [glass, { ...form, count: 0, isTicked: false }], 'arrived', onHand).ok).toBe(
      true,
    );
  });
  test.each([
    ['a line is not ticked', [{ ...glass, isTicked: false }], 'arrived', 'consumables.lines_open'],
    ['everything was left out', [{ ...glass, count: 0 }], 'arrived', 'consumables.lines_open'],
    ['the cookie is only planned', [glass], 'planned', 'consumables.cookie_waits'],
    ['the cookie is on its way', [glass], 'ordered', 'consumables.cookie_waits'],
    ['the shelf has fewer', [{ ...glass, count: 6 }], 'arrived', 'consumables.not_enough_on_hand'],
    ['the shelf has none', [{ ...glass, itemId: 'unknown' }], 'arrived', 'consumables.not_enough_on_hand'],
  ] as const)('is refused when %s', (_what, lines, cookie, code) => {
    expect(mayIssue('open', lines, cookie, onHand)).toEqual({ ok: false, refusal: { code } });
  });
  test.each(['issued', 'dropped', 'returning', 'returned'] as const)('is refused when %s', (state) => {
    expect(mayIssue(state, [glass], 'arrived', onHand).ok).toBe(false);
    expect(mayChange(state).ok).toBe(false);
  });

  test('is allowed exactly when nothing blocks it', () => {
    const line = fc.record({
      itemId: fc.constantFrom('glass', 'form', 'pen'),
      count: fc.nat(8),
      isTicked: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 6 }),
        fc.constantFrom('planned', 'ordered', 'arrived', 'waived', 'dropped'),
        (lines, cookie) => {
          const blockers = issueBlockers(lines, cookie, onHand);
          expect(mayIssue('open', lines, cookie, onHand).ok).toBe(blockers.length === 0);
          if (blockers.length === 0)
            for (const { itemId, count } of lines) expect(count).toBeLessThanOrEqual(onHand.get(itemId) ?? 0);
        },
      ),
    );
  });
});

test('an order that came to nothing drops an open job, and expects an issued one back', () => {
  expect(afterOrderEnded('open')).toBe('dropped');
  expect(afterOrderEnded('issued')).toBe('returning');
  for (const state of ['dropped', 'returning', 'returned'] as const)
    expect(afterOrderEnded(state)).toBe(state);
});

describe('a return', () => {
  test('settles every thing of a line, one way or the other', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), (count, returned) => {
        const ruling = settleLine(count, returned, 'broken');
        expect(ruling.ok).toBe(returned <= count);
        if (ruling.ok) expect(ruling.value.returnedCount + ruling.value.writtenOffCount).toBe(count);
      }),
    );
  });
  test('needs a reason only when something is written off', () => {
    expect(settleLine(2, 2, undefined).ok).toBe(true);
    expect(settleLine(2, 1, undefined)).toEqual({
      ok: false,
      refusal: { code: 'consumables.write_off_reason' },
    });
  });
});

test('falling below the reorder point is told once, and twice the point is proposed', () => {
  expect(lowStock(10, 10, 10)).toBeNull();
  expect(lowStock(10, 9, 10)).toEqual({ crossed: true, proposeCount: 11 });
  expect(lowStock(9, 8, 10)).toEqual({ crossed: false, proposeCount: 12 });
});

describe('a cookie that is not there [US-170]', () => {
  const facts: CookieFacts = { attempt: 1, askedAt: now, etaAt: null, lateAt: null, dueAt: inMinutes(30) };

  test('is asked for again when it should have arrived', () => {
    expect(afterCookieNews(facts, { kind: 'pending', etaAt: inMinutes(10) }, now)).toEqual({
      attempt: 1,
      etaAt: inMinutes(10),
      nextAskAt: inMinutes(10),
      isLate: false,
      startAnew: false,
    });
  });
  test('is late once its time has passed, and only told once', () => {
    const late = { ...facts, etaAt: inMinutes(-1) };
    expect(afterCookieNews(late, { kind: 'pending', etaAt: null }, now)).toMatchObject({
      isLate: true,
      nextAskAt: inMinutes(1),
    });
    expect(afterCookieNews({ ...late, lateAt: now }, { kind: 'pending', etaAt: null }, now).isLate).toBe(
      false,
    );
  });
  test('without an answer is asked for again under the same attempt, and late after ten minutes', () => {
    expect(afterCookieNews(facts, { kind: 'unknown' }, inMinutes(1))).toMatchObject({
      attempt: 1,
      isLate: false,
      nextAskAt: inMinutes(2),
    });
    expect(afterCookieNews(facts, { kind: 'unknown' }, inMinutes(10))).toMatchObject({
      attempt: 1,
      isLate: true,
    });
  });
  test('that the contractor refused is ordered anew, three times at most', () => {
    expect(afterCookieNews(facts, { kind: 'no' }, now)).toMatchObject({
      attempt: 2,
      startAnew: true,
      isLate: true,
    });
    expect(afterCookieNews({ ...facts, attempt: 3 }, { kind: 'no' }, now)).toMatchObject({
      attempt: 3,
      startAnew: false,
      nextAskAt: null,
    });
  });
  test('is not chased for ever: less often after an hour, and not six hours after the pick-up', () => {
    const late = { ...facts, lateAt: inMinutes(-61), etaAt: inMinutes(-62) };
    expect(afterCookieNews(late, { kind: 'unknown' }, now).nextAskAt).toEqual(inMinutes(10));
    expect(afterCookieNews(late, { kind: 'unknown' }, inMinutes(30 + 361)).nextAskAt).toBeNull();
  });
});

test('the key of an attempt leads back to its order, and nothing else does', () => {
  expect(cookieKey('o1', 1)).toBe('cookie:o1');
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 3 }), (orderId, attempt) => {
      expect(orderOfCookieKey(cookieKey(orderId, attempt))).toBe(orderId);
    }),
  );
  for (const key of ['', 'cookie:', 'charge:o1', 'cookie:o1:x']) expect(orderOfCookieKey(key)).toBeNull();
});
