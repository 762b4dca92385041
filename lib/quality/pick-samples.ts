import type { z } from 'zod';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { drawSamples } from './draw-samples.ts';
import { pickSamplesInput, pickWithinDays } from './inputs.ts';

/**
 * Picks completed orders of the last 30 days at random and opens an audit for each [US-190]; those studied already are
 * passed over. Fewer than asked for when there are no more. Throws `Refused`: invalid, quality.nothing_to_pick.
 */
export async function pickSamples(
  ctx: Ctx,
  input: z.input<typeof pickSamplesInput>,
): Promise<{ opened: number }> {
  requireRole(ctx, 'manager');
  const { count } = parse(pickSamplesInput, input);
  const from = new Date(ctx.now.getTime() - pickWithinDays * 86_400_000);
  return transaction(ctx, async (tx) => {
    const opened = await drawSamples(tx, { from, before: tx.now }, () => count);
    if (opened === 0) throw new Refused('quality.nothing_to_pick');
    return { opened };
  });
}
