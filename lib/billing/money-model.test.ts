import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase, testCtx } from '#lib/kernel/testing.ts';
import { happenings, seldom, testingStories } from './testing-stories.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(() => database.close());

// `npm run bench -- ledger-model` plays 100,000.
test('whatever happens, the books say what plain arithmetic says [US-030][US-040][US-230][US-240]', async () => {
  const ctx = testCtx(database.db);
  let played = 0;
  await fc.assert(
    fc.asyncProperty(happenings, async (story) => {
      await testingStories(ctx, [story]);
      played += 1;
    }),
    { numRuns: 60, examples: seldom.map((story): [typeof story] => [story]) },
  );
  expect(played).toBe(60);
}, 120_000);
