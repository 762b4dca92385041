import { describe, expect, test } from 'vitest';
import { houseRules } from './house-rules.ts';
import { sourceFile } from './source-files.ts';

/** Runs one rule over a small seeded project; answers where it was violated. */
function violations(rule: string, files: Record<string, string>): string[] {
  const sources = Object.entries(files).map(([path, text]) => sourceFile(path, text));
  return houseRules[rule]!(sources).map(({ where }) => where);
}

describe('layers', () => {
  test.each([
    ['app/page.ts', `import { orders } from '#db/schema/ordering.ts'`],
    ['app/page.ts', `const x = await import('#db/client.ts')`],
    ['app/page.ts', `import { x } from '../local/start.ts'`],
    ['inngest/act.ts', `export { connection } from '#db/client.ts'`],
    ['lib/ordering/place-order.ts', `import { redirect } from 'next/navigation'`],
    ['lib/ordering/place-order.ts', `import { inngest } from '#inngest/client.ts'`],
    ['lib/ordering/place-order.ts', `import { x } from '../../app/x.ts'`],
    ['local/inngest/queue.ts', `import { x } from '#lib/kernel/money.ts'`],
  ])('%s may not say %s', (path, text) => {
    expect(violations('layers', { [path]: text })).toEqual([path]);
  });

  test('lets app read through lib, and session.ts open the database', () => {
    const files = {
      'app/page.ts': `import { myOrders } from '#lib/ordering/index.ts'`,
      'app/session.ts': `import { connection } from '#db/client.ts'`,
      'lib/ordering/reads.ts': `import { orders } from '#db/schema/ordering.ts'`,
    };
    expect(violations('layers', files)).toEqual([]);
  });
});

describe('contexts', () => {
  const ordering = {
    'lib/ordering/index.ts': `export { cancelOrder } from './cancel-order.ts'; export { myOrders } from './reads.ts';`,
    'lib/ordering/cancel-order.ts': 'export const cancelOrder = (ctx) => transaction(ctx, cancel)',
    'lib/ordering/reads.ts': 'export const myOrders = (ctx) => ctx.db.select()',
  };

  test('keep their hands off the tables of others', () => {
    const text = `import { orders } from '#db/schema/ordering.ts'`;
    expect(violations('contexts', { 'lib/quality/audit.ts': text })).toEqual(['lib/quality/audit.ts']);
    expect(violations('contexts', { 'lib/ordering/reads.ts': text })).toEqual([]);
  });

  test('enter another context by its front door only', () => {
    const text = `import { myOrders } from '#lib/ordering/reads.ts'`;
    expect(violations('contexts', { ...ordering, 'lib/quality/audit.ts': text })).toEqual([
      'lib/quality/audit.ts',
    ]);
    expect(violations('contexts', { ...ordering, 'app/page.ts': text })).toEqual(['app/page.ts']);
    const door = `import { myOrders } from '#lib/ordering/index.ts'`;
    expect(violations('contexts', { ...ordering, 'lib/quality/audit.ts': door })).toEqual([]);
  });

  test('write to another context only from a policy', () => {
    const text = `import { cancelOrder } from '#lib/ordering/index.ts'`;
    expect(violations('contexts', { ...ordering, 'lib/quality/audit.ts': text })).toEqual([
      'lib/quality/audit.ts',
    ]);
    expect(violations('contexts', { ...ordering, 'inngest/cancel.ts': text })).toEqual([]);
  });

  test('only billing and betting post to the ledger', () => {
    const door = { 'lib/ledger/index.ts': `export { postTransaction } from './post-transaction.ts'` };
    const text = `import { postTransaction } from '#lib/ledger/index.ts'`;
    expect(violations('contexts', { ...door, 'lib/quality/audit.ts': text })).toEqual([
      'lib/quality/audit.ts',
    ]);
    expect(violations('contexts', { ...door, 'lib/billing/post.ts': text })).toEqual([]);
  });
});

test('rules import only rules and the kernel', () => {
  const at = (text: string) => violations('pure rules', { 'lib/ordering/order.rules.ts': text });
  expect(at(`import { orders } from '#db/schema/ordering.ts'`)).toHaveLength(1);
  expect(at(`import { readFile } from 'node:fs'`)).toHaveLength(1);
  expect(at(`import { allocate } from '#lib/kernel/money.ts'; import { a } from './state.rules.ts'`)).toEqual(
    [],
  );
});

test.each(['new Date()', 'Date.now()', 'Math.random()', 'crypto.randomUUID()', 'Temporal.Now.instant()'])(
  'the clock, ids and chance come from ctx, not from %s',
  (expression) => {
    expect(
      violations('clock', { 'lib/ordering/place-order.ts': `export const x = ${expression};` }),
    ).toHaveLength(1);
    expect(violations('clock', { 'lib/kernel/ctx.ts': `export const x = ${expression};` })).toEqual([]);
  },
);

test('a Date of a given instant is no clock', () => {
  expect(violations('clock', { 'lib/ordering/place-order.ts': 'export const x = new Date(0);' })).toEqual([]);
});

test('a verb is a file of its own name, and no file is called utils', () => {
  const named = (path: string, text: string) => violations('names', { [path]: text });
  expect(named('lib/ordering/place-order.ts', 'export function placeOrder() {}')).toEqual([]);
  expect(named('lib/ordering/place-order.ts', 'export const makeOrder = () => transaction()')).toHaveLength(
    1,
  );
  expect(named('lib/ordering/utils.ts', 'export const a = 1')).toHaveLength(1);
  expect(named('app/helpers/a.ts', 'export const a = 1')).toHaveLength(1);
  expect(named('lib/ordering/placeOrder.ts', 'export function placeOrder() {}')).toHaveLength(1);
});

test('a policy is registered and has a test that runs it', () => {
  const policy = {
    'inngest/match-placed-order.ts': 'export const matchPlacedOrder = policy({}, async () => {})',
  };
  expect(violations('policies', policy)).toHaveLength(2);
  const whole = {
    ...policy,
    'inngest/index.ts': `import { matchPlacedOrder } from './match-placed-order.ts'`,
    'inngest/match-placed-order.test.ts': 'await runPolicy(matchPlacedOrder, ctx, data)',
  };
  expect(violations('policies', whole)).toEqual([]);
});

test('an exported server action goes through runAction', () => {
  const action = (body: string) => ({
    'app/orders/actions.ts': `'use server';\nexport async function place(s, form) { ${body} }`,
  });
  expect(violations('actions', action('return save(form)'))).toHaveLength(1);
  expect(violations('actions', action('return runAction(form, place)'))).toEqual([]);
});

test('a test is neither skipped, nor the only one, nor asleep', () => {
  for (const text of ['test.' + 'only("a")', 'dbTest.' + 'skip("a")', 'await page.waitFor' + 'Timeout(5)'])
    expect(violations('honest tests', { 'e2e/a.spec.ts': text })).toHaveLength(1);
  expect(violations('honest tests', { 'e2e/a.spec.ts': 'test("a", () => {})' })).toEqual([]);
});
