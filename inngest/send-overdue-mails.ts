import { overdueMails, sendMail } from '#lib/notifications/index.ts';
import { schedule } from './policy.ts';

/** Mails whose policy gave up while the server was away for long go out when it is back. */
export const sendOverdueMails = schedule(
  { id: 'send-overdue-mails', cron: '*/15 * * * *', retries: 0 },
  async ({ act }) => {
    const due = await act('find', overdueMails);
    for (const messageId of due) await act(`send-${messageId}`, (ctx) => sendMail(ctx, { messageId }));
  },
);
