import type { Ctx } from '#lib/kernel/ctx.ts';
import type { Cents } from '#lib/kernel/money.ts';
import { accountId, sumByKind } from '#lib/ledger/index.ts';
import { loyaltyPercentFor } from './loyalty.rules.ts';

/** What a client has really paid so far, in minor units. */
export async function paidInTotal(ctx: Pick<Ctx, 'db'>, clientId: string): Promise<Cents> {
  const account = accountId('clients', 'receivable', clientId);
  return -(await sumByKind(ctx, account, ['charge_succeeded'], { side: 'credit' }));
}

/** The loyalty discount of a client in whole per cent, 0 to 12, as it stands now; matching fixes it in the order's price [US-040]. */
export async function loyaltyPercent(ctx: Pick<Ctx, 'db'>, clientId: string): Promise<number> {
  return loyaltyPercentFor(await paidInTotal(ctx, clientId));
}
