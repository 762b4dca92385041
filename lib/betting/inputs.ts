import { z } from 'zod';
import { endings } from './settlement.rules.ts';

/** The least and the most of one stake, in minor units. */
export const stakeLimitsCents = { least: 100n, most: 1_000_000n };

export const placeStakeInput = z.object({
  requestKey: z.string().min(8).max(64),
  orderId: z.uuid(),
  ending: z.enum(endings, 'betting.choose_ending'),
  amountCents: z
    .bigint('betting.amount')
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

/** The circle is small on purpose [US-280]; the database holds it too. */
export const mostMembers = 15;
export const addMemberInput = z.object({
  accountId: z.uuid('betting.choose_member'),
  name: z.string().trim().min(1).max(100),
});
