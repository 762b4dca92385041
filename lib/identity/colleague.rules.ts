import type { Role } from '#lib/kernel/ctx.ts';
import { type Ruling, refused, ruled } from '#lib/kernel/refused.ts';

/** The roles that managers give; clients come from HCB, workers from hiring. */
export const colleagueRoles = ['staff', 'manager', 'billing'] as const;
export type ColleagueRole = (typeof colleagueRoles)[number];

const has = (roles: readonly Role[], role: Role) => roles.includes(role);

/**
 * The roles somebody has after a change. Who has the money's role gives it and takes it; the last manager and the last
 * one of billing stay, or nobody could bring them back. Being a worker is not decided here and stays as it is.
 */
export function rolesAfter(
  before: readonly Role[],
  wanted: readonly ColleagueRole[],
  by: readonly Role[],
  others: { managers: number; billing: number },
): Ruling<Role[]> {
  const after: Role[] = [...colleagueRoles.filter((role) => wanted.includes(role))];
  if (has(before, 'worker')) after.unshift('worker');
  if (after.length === 0) return refused('identity.no_role');
  if (has(before, 'billing') !== has(after, 'billing') && !has(by, 'billing'))
    return refused('identity.billing_only');
  if (has(before, 'manager') && !has(after, 'manager') && others.managers === 0)
    return refused('identity.last_manager');
  if (has(before, 'billing') && !has(after, 'billing') && others.billing === 0)
    return refused('identity.last_billing');
  return ruled(after);
}

/** Whether an account may be closed. A worker's is not: matching would lose the cat. */
export function mayClose(
  roles: readonly Role[],
  by: readonly Role[],
  others: { managers: number; billing: number },
): Ruling<void> {
  if (has(roles, 'worker')) return refused('identity.also_worker');
  if (has(roles, 'billing') && !has(by, 'billing')) return refused('identity.billing_only');
  if (has(roles, 'manager') && others.managers === 0) return refused('identity.last_manager');
  if (has(roles, 'billing') && others.billing === 0) return refused('identity.last_billing');
  return ruled(undefined);
}
