import { tidyIdentity } from '#lib/identity/index.ts';
import { pruneOutbox } from '#lib/kernel/outbox.ts';
import { schedule } from './policy.ts';

const keepEventsDays = 30;

/** Every night what has served is dropped: sessions long over, old attempts to sign in, events long sent. */
export const tidyNightly = schedule({ id: 'tidy-nightly', cron: '23 3 * * *' }, async ({ act }) => {
  await act('identity', tidyIdentity);
  await act('outbox', ({ db }) => pruneOutbox(db, keepEventsDays));
});
