import { z } from 'zod';
import { callPartner, type Partner, type PartnerAnswer } from '#lib/kernel/partner.ts';
import type { Theirs } from './reconcile.rules.ts';

export const purposes = ['charge', 'payout', 'refund'] as const;
export type Purpose = (typeof purposes)[number];
export const routes = {
  charge: { partner: 'gateway', path: '/charges' },
  payout: { partner: 'golden-hat', path: '/transfers' },
  refund: { partner: 'gateway', path: '/refunds' },
} as const satisfies Record<Purpose, { partner: Partner; path: string }>;

const movement = z.object({
  idempotencyKey: z.string().max(200),
  status: z.enum(['pending', 'succeeded', 'failed', 'returned']),
  amountCents: z.string().regex(/^\d{1,19}$/),
});
const page = z.object({ operations: z.array(movement).max(500), next: z.string().max(100).nullable() });

export type Listed = Theirs & { key: string };
const listed = ({ idempotencyKey, status, amountCents }: z.output<typeof movement>): Listed => ({
  key: idempotencyKey,
  status,
  amountCents: BigInt(amountCents),
});

function understood<T>(answer: PartnerAnswer, schema: z.ZodType<T>): T {
  if (answer.outcome === 'answered') return schema.parse(answer.body);
  throw new Error(`a partner gave no list: ${answer.outcome === 'unknown' ? answer.why : answer.status}`);
}

/** A page of a partner's own list of what ended from one instant to another. Throws an ordinary error when it gives none. */
export async function listMovements(
  purpose: Purpose,
  { from, to, after }: { from: Date; to: Date; after: string | null },
): Promise<{ listed: Listed[]; next: string | null }> {
  const { partner, path } = routes[purpose];
  const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString(), limit: '200' });
  if (after) query.set('after', after);
  const answer = await callPartner(partner, {
    method: 'GET',
    path: `${path}?${query}`,
    idempotencyKey: `list:${purpose}:${from.toISOString()}:${after ?? ''}`,
    timeoutMs: 15_000,
  });
  const { operations, next } = understood(answer, page);
  // A key once, whatever the list says.
  return { listed: [...new Map(operations.map((one) => [one.idempotencyKey, listed(one)])).values()], next };
}

/** One movement as the partner has it, null when it never heard of the key. Throws an ordinary error when it does not say. */
export async function findMovement(purpose: Purpose, key: string): Promise<Theirs | null> {
  const { partner, path } = routes[purpose];
  const answer = await callPartner(partner, {
    method: 'GET',
    path: `${path}?idempotencyKey=${encodeURIComponent(key)}`,
    idempotencyKey: key,
  });
  if (answer.outcome === 'refused' && answer.status === 404) return null;
  return listed(understood(answer, movement));
}
