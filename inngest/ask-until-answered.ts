import { askPartner } from '#lib/billing/index.ts';
import type { PolicyRun } from './policy.ts';

const asksPerRun = 3;

/** Asks about an attempt until the partner has answered, three times at most; what is still open then is chased by the clock. */
export async function askUntilAnswered(
  { act, sleepUntil }: Pick<PolicyRun<unknown>, 'act' | 'sleepUntil'>,
  attemptId: string,
): Promise<void> {
  for (let n = 1; n <= asksPerRun; n++) {
    const asked = await act(`ask-${n}`, (ctx) => askPartner(ctx, { attemptId }));
    if (asked?.state !== 'unknown' || !asked.nextAskAt || n === asksPerRun) return;
    await sleepUntil(`wait-${n}`, new Date(asked.nextAskAt));
  }
}
