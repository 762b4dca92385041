import { randomBytes } from 'node:crypto';
import type { Db } from '#db/client.ts';
import { Refused } from './refused.ts';

export const roles = ['client', 'worker', 'staff', 'manager', 'billing'] as const;
export type Role = (typeof roles)[number];

/** Who is asking. A policy acts as `system` under its own name. */
export type Actor =
  | { kind: 'account'; id: string; roles: readonly Role[] }
  | { kind: 'system'; id: string }
  | { kind: 'anonymous'; id: 'anonymous' };

/** Everything a verb may depend on: the database, the only clock, ids and randomness, and who asks. */
export type Ctx = {
  readonly db: Db;
  readonly now: Date;
  readonly actor: Actor;
  readonly newId: () => string;
  readonly random: () => number;
};

let sequence = 0;

/**
 * A UUIDv7 for an instant: sorts by time, so indexes stay compact. Ids of one process for the same millisecond keep the
 * order in which they were made (a counter in the 12 bits after the version), so what happened first also sorts first.
 */
export function uuidv7(at: Date): string {
  sequence = (sequence + 1) & 0xfff;
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  bytes.writeUInt16BE(0x7000 | sequence, 6);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A ctx for the real clock; `now` may be set for demonstrations and tests. */
export function createCtx(db: Db, actor: Actor, now = new Date()): Ctx {
  return { db, actor, now, newId: () => uuidv7(now), random: Math.random };
}

/** The same ctx, acting as the system under a policy's name. */
export function asSystem(ctx: Ctx, id: string): Ctx {
  return { ...ctx, actor: { kind: 'system', id } };
}

/** Refuses anyone who has none of the roles. The system may do everything that a verb lets it name. */
export function requireRole(ctx: Ctx, ...allowed: (Role | 'system')[]): void {
  const { actor } = ctx;
  if (actor.kind === 'system' && allowed.includes('system')) return;
  if (actor.kind === 'account' && actor.roles.some((role) => allowed.includes(role))) return;
  throw new Refused(actor.kind === 'anonymous' ? 'not_signed_in' : 'not_allowed');
}

export const hasRole = (ctx: Ctx, role: Role): boolean =>
  ctx.actor.kind === 'account' && ctx.actor.roles.includes(role);
