import { mailQueued, sendMail } from '#lib/notifications/index.ts';
import { policy } from './policy.ts';

/** A message waits for the post: send it. Tried again with growing waits while the server is away. */
export const sendQueuedMail = policy({ id: 'send-mail', on: mailQueued }, ({ act, data }) =>
  act('send', (ctx) => sendMail(ctx, data)),
);
