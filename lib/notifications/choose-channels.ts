import { z } from 'zod';
import { preferences } from '#db/schema/notifications.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { topicsOf } from './kinds.rules.ts';

const input = z.record(z.string().max(50), z.object({ byMail: z.boolean(), inApp: z.boolean() }));

/** The actor's own choice of channels per topic; topics that are not theirs are left out. */
export async function chooseChannels(ctx: Ctx, given: z.input<typeof input>): Promise<void> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const { id, roles } = ctx.actor;
  const chosen = parse(input, given);
  await transaction(ctx, async (tx) => {
    for (const topic of topicsOf(roles)) {
      const channels = chosen[topic];
      if (!channels) continue;
      const row = { accountId: id, topic, ...channels, changedAt: tx.now };
      await tx.db
        .insert(preferences)
        .values(row)
        .onConflictDoUpdate({ target: [preferences.accountId, preferences.topic], set: row });
    }
  });
}
