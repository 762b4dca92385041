import { and, count, desc, eq, isNull, lt, or } from 'drizzle-orm';
import { messages, preferences } from '#db/schema/notifications.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { type Channels, type Kind, type Topic, topics, topicsOf } from './kinds.rules.ts';

/** A line in somebody's list of messages. */
export type Message = {
  id: string;
  kind: Kind;
  params: Record<string, string>;
  link: string | null;
  createdAt: Date;
  readAt: Date | null;
};

/** How many messages the actor has not read; 0 for nobody. Counted up to 100. */
export async function unreadCount(ctx: Ctx): Promise<number> {
  if (ctx.actor.kind !== 'account') return 0;
  const some = ctx.db
    .select({ id: messages.id })
    .from(messages)
    .where(and(eq(messages.accountId, ctx.actor.id), eq(messages.inApp, true), isNull(messages.readAt)))
    .limit(100)
    .as('some');
  const [row] = await ctx.db.select({ n: count() }).from(some);
  return row?.n ?? 0;
}

/** The actor's messages, newest first, `limit` at a time, older than `before` when given. */
export async function listMessages(
  ctx: Ctx,
  { before, limit = 30 }: { before?: { at: Date; id: string }; limit?: number } = {},
): Promise<Message[]> {
  if (ctx.actor.kind !== 'account') return [];
  const older =
    before &&
    or(lt(messages.createdAt, before.at), and(eq(messages.createdAt, before.at), lt(messages.id, before.id)));
  const rows = await ctx.db
    .select({
      id: messages.id,
      kind: messages.kind,
      params: messages.params,
      link: messages.link,
      createdAt: messages.createdAt,
      readAt: messages.readAt,
    })
    .from(messages)
    .where(and(eq(messages.accountId, ctx.actor.id), eq(messages.inApp, true), older))
    .orderBy(desc(messages.createdAt), desc(messages.id))
    .limit(Math.min(limit, 100));
  return rows as Message[];
}

/** The actor's channels for each topic they can choose about. */
export async function readChannels(ctx: Ctx): Promise<(Channels & { topic: Topic })[]> {
  if (ctx.actor.kind !== 'account') return [];
  const rows = await ctx.db.select().from(preferences).where(eq(preferences.accountId, ctx.actor.id));
  const chosen = new Map(rows.map((row) => [row.topic, row]));
  return topicsOf(ctx.actor.roles).map((topic) => {
    const { byMail, inApp } = chosen.get(topic) ?? topics[topic];
    return { topic, byMail, inApp };
  });
}
