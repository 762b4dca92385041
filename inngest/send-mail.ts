import { mailQueued, overdueMails, sendMail } from '#lib/notifications/index.ts';
import { policy, schedule } from './policy.ts';

/** A message waits for the post: send it. Tried again with growing waits while the server is away. */
export const sendQueuedMail = policy({ id: 'send-mail', on: mailQueued }, ({ act, data }) =>
  act('send', (ctx) => sendMail(ctx, data)),
);

/** Mails whose policy gave up while the server was away for long go out when it is back. */
export const sendOverdueMails = schedule(
  { id: 'send-overdue-mails', cron: '*/15 * * * *', retries: 0 },
  async ({ act }) => {
    const due = await act('find', overdueMails);
    for (const messageId of due) await act(`send-${messageId}`, (ctx) => sendMail(ctx, { messageId }));
  },
);
