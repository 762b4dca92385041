import { and, eq } from 'drizzle-orm';
import { messages, preferences } from '#db/schema/notifications.ts';
import { findPerson, peopleWithRole } from '#lib/identity/index.ts';
import { type Ctx, type Role, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { mailQueued } from './events.ts';
import { channelsFor, type Kind, kinds } from './kinds.rules.ts';

type What = {
  kind: Kind;
  /** Raw values; `…At` are instants, `…Cents` minor units, `x_en` and `x_ru` the two languages of x. */
  params?: Record<string, string>;
  /** A path of ours. */
  link?: string;
  /** Made of what caused it, for example the event's id: the same key tells once. */
  dedupeKey: string;
};

/**
 * Tells somebody something: a line in their list and a mail, each if they want it. The same key twice is one message.
 * People without an account are told by address. An account that is closed or unknown is told nothing.
 */
export async function tell(
  ctx: Ctx,
  {
    to,
    kind,
    params = {},
    link,
    dedupeKey,
  }: What & {
    to: { accountId: string } | { email: string; name: string; locale: 'en' | 'ru' };
  },
): Promise<void> {
  requireRole(ctx, 'system');
  const person = 'accountId' in to ? await findPerson(ctx, to.accountId) : null;
  if ('accountId' in to && !person?.active) return;
  const { email, locale, name } = 'email' in to ? to : person!;
  await transaction(ctx, async (tx) => {
    const [chosen] = person
      ? await tx.db
          .select()
          .from(preferences)
          .where(and(eq(preferences.accountId, person.id), eq(preferences.topic, kinds[kind])))
      : [];
    const { byMail, inApp } = channelsFor(kind, chosen);
    if (!byMail && !inApp) return;
    const [kept] = await tx.db
      .insert(messages)
      .values({
        id: tx.newId(),
        accountId: person?.id ?? null,
        email,
        locale,
        kind,
        params: { name, ...params },
        link,
        dedupeKey,
        inApp: inApp && person !== null,
        createdAt: tx.now,
        mailState: byMail ? 'pending' : 'none',
      })
      .onConflictDoNothing({ target: messages.dedupeKey })
      .returning({ id: messages.id });
    if (!kept) return;
    if (byMail) tx.emit(mailQueued, { messageId: kept.id });
    if (person && inApp) tx.refresh(`account:${person.id}`);
  });
}

/** Tells everyone who has a role, each in their own way. */
export async function tellRole(ctx: Ctx, { role, ...what }: What & { role: Role }): Promise<void> {
  for (const { id } of await peopleWithRole(ctx, role))
    await tell(ctx, { ...what, to: { accountId: id }, dedupeKey: `${what.dedupeKey}:${id}` });
}
