import { z } from 'zod';
import { endings } from './settlement.rules.ts';

/** The least and the most of one stake, in minor units. */
export const stakeLimitsCents = { least: 100n, most: 1_000_000n };

export const placeStakeInput = z.object({
  requestKey: z.string().min(8).max(64),
  orderId: z.uuid(),
  ending: z.enum(endings),
  amountCents: z
    .bigint()
    .min(stakeLimitsCents.least, 'betting.stake_too_small')
    .max(stakeLimitsCents.most, 'betting.stake_too_big'),
});

export const settlePoolInput = z.object({
  orderId: z.uuid(),
  ending: z.enum(endings),
  endedAt: z.date(),
  endedByAccountId: z.uuid().nullable(),
});

export const recordTransferInput = z.object({
  requestKey: z.string().min(8).max(64),
  fromMemberId: z.uuid(),
  toParty: z.union([z.uuid(), z.literal('pot')]),
  amountCents: z
    .bigint()
    .min(1n)
    .max(10n ** 12n),
});

export const addMemberInput = z.object({ accountId: z.uuid(), name: z.string().trim().min(1).max(100) });
