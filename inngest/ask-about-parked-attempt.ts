import { askPartner, attemptAskRequested } from '#lib/billing/index.ts';
import { policy } from './policy.ts';

/** A person asked to look once more at a movement of money that a partner kept silent about. */
export const askAboutParkedAttempt = policy(
  { id: 'ask-about-parked-attempt', on: attemptAskRequested },
  async ({ data: { attemptId }, act }) => {
    await act('ask', (ctx) => askPartner(ctx, { attemptId }));
  },
);
