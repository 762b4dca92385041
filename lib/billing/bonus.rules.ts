import type { Cents } from '#lib/kernel/money.ts';
import { type Ruling, refused, ruled } from '#lib/kernel/refused.ts';

/** Whether one manager alone may give a bonus: up to the sum of the setting, in whole units, that sum included [US-270]. */
export function mayGiveAlone(amountCents: Cents, aloneUnits: number): boolean {
  return amountCents <= BigInt(aloneUnits) * 100n;
}

/** Whether a manager may agree to a proposed bonus: not their own proposal, and not for themselves. */
export function mayAgree(
  proposal: { proposedById: string; workerId: string },
  managerId: string,
): Ruling<true> {
  if (proposal.proposedById === managerId) return refused('billing.second_manager_needed');
  if (proposal.workerId === managerId) return refused('billing.own_bonus');
  return ruled(true);
}
