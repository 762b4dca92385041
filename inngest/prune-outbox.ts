import { pruneOutbox } from '#lib/kernel/outbox.ts';
import { schedule } from './policy.ts';

/** Sent events older than this are of no use: Inngest's own memory of ids ends after a day. */
const keptDays = 30;

/** Every night, in bounded batches; what is left waits for the next one. */
export const pruneOutboxPolicy = schedule(
  { id: 'prune-outbox', cron: 'TZ=Europe/Berlin 20 3 * * *' },
  async ({ act }) => {
    await act('prune', (ctx) => pruneOutbox(ctx.db, keptDays));
  },
);
