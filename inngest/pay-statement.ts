import { beginPayout, openPayoutAccount, payoutRequested, statementIssued } from '#lib/billing/index.ts';
import { askUntilAnswered } from './ask-until-answered.ts';
import { policy } from './policy.ts';

/** Pays a statement out through Golden Hat [US-230]; statement and attempt number are the unique key. */
export const payStatement = policy(
  { id: 'pay-statement', on: [statementIssued, payoutRequested] },
  async ({ data, act, sleepUntil }) => {
    const { statementId, workerId, amountCents } = data;
    // A negative month is carried over.
    if (BigInt(amountCents) <= 0n) return;
    const attemptNo = 'attemptNo' in data ? (data.attemptNo as number) : 1;
    await act('open-account', (ctx) => openPayoutAccount(ctx, { workerId }));
    const { attemptId } = await act('begin', (ctx) => beginPayout(ctx, { statementId, attemptNo }));
    if (attemptId) await askUntilAnswered({ act, sleepUntil }, attemptId);
  },
);
