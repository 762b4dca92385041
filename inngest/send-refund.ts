import { refundRequested } from '#lib/billing/index.ts';
import { askUntilAnswered } from './ask-until-answered.ts';
import { policy } from './policy.ts';

/** Sends a client's money back by the way it came; its attempt was committed with the request. */
export const sendRefundPolicy = policy(
  { id: 'send-refund', on: refundRequested },
  async ({ data: { attemptId }, act, sleepUntil }) => askUntilAnswered({ act, sleepUntil }, attemptId),
);
