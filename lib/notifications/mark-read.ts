import { and, eq, inArray, isNull } from 'drizzle-orm';
import { messages } from '#db/schema/notifications.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';

/** Marks the actor's messages as read: the named ones, or all. Others' ids do nothing. */
export async function markRead(ctx: Ctx, { ids }: { ids?: string[] } = {}): Promise<void> {
  if (ctx.actor.kind !== 'account') throw new Refused('not_signed_in');
  const accountId = ctx.actor.id;
  const own = ids?.filter((id) => /^[0-9a-f-]{36}$/.test(id)).slice(0, 100);
  if (own?.length === 0) return;
  await transaction(ctx, async (tx) => {
    const read = await tx.db
      .update(messages)
      .set({ readAt: tx.now })
      .where(
        and(
          eq(messages.accountId, accountId),
          isNull(messages.readAt),
          own ? inArray(messages.id, own) : undefined,
        ),
      )
      .returning({ id: messages.id });
    if (read.length) tx.refresh(`account:${accountId}`);
  });
}

/** Marks one message of the actor as read and says where it leads; null when it is not theirs or not there. */
export async function openMessage(ctx: Ctx, id: string): Promise<{ link: string | null } | null> {
  if (ctx.actor.kind !== 'account' || !/^[0-9a-f-]{36}$/.test(id)) return null;
  const [message] = await ctx.db
    .select({ link: messages.link })
    .from(messages)
    .where(and(eq(messages.id, id), eq(messages.accountId, ctx.actor.id)));
  if (message) await markRead(ctx, { ids: [id] });
  return message ?? null;
}
