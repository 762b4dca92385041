import fc from 'fast-check';
import { connect } from '#db/client.ts';
import { happenings, testingStory } from '#lib/billing/testing-story.ts';
import { createCtx, uuidv7 } from '#lib/kernel/ctx.ts';

/** Plays its share of the stories on a database of its own, and tells its parent how far it has come. */
async function player(url: string, sequences: number, seed: number): Promise<void> {
  const app = new URL(url);
  app.searchParams.set('role', 'mcf_app');
  const { db, close } = connect(app.href, { maxConnections: 1 });
  const ctx = { ...createCtx(db, { kind: 'system', id: 'bench' }), newId: () => uuidv7(new Date()) };
  let played = 0;
  try {
    const every = fc.asyncProperty(happenings, async (story) => {
      await testingStory(ctx, story);
      played += 1;
      if (played % 500 === 0) process.send!({ played });
    });
    await fc.assert(every, { numRuns: sequences, seed });
    process.send!({ played });
  } catch (error) {
    process.send!({ played, fault: (error as Error).message.slice(0, 4000) });
  } finally {
    await close();
  }
}

const [url = '', sequences, seed] = process.argv.slice(2);
await player(url, Number(sequences), Number(seed));
