import { and, eq, gt } from 'drizzle-orm';
import type { z } from 'zod';
import { audits, contacts } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { logContactInput } from './inputs.ts';

/** The same words again within this time are the same click, not another contact. */
const sameClickMinutes = 10;

/**
 * Logs a contact with the client about an audited order; it stays as written. Sent twice it is logged once.
 * Throws `Refused`: quality.not_found, invalid.
 */
export async function logContact(ctx: Ctx, input: z.input<typeof logContactInput>): Promise<void> {
  requireRole(ctx, 'manager');
  const { auditId, channel, said } = parse(logContactInput, input);
  await transaction(ctx, async (tx) => {
    const [audit] = await tx.db
      .select({ id: audits.id })
      .from(audits)
      .where(eq(audits.id, auditId))
      .for('update');
    if (!audit) throw new Refused('quality.not_found');
    const same = and(
      eq(contacts.auditId, auditId),
      eq(contacts.by, tx.actor.id),
      eq(contacts.channel, channel),
      eq(contacts.said, said),
      gt(contacts.at, new Date(tx.now.getTime() - sameClickMinutes * 60_000)),
    );
    if ((await tx.db.$count(contacts, same)) > 0) return;
    await tx.db
      .insert(contacts)
      .values({ id: tx.newId(), auditId, channel, said, at: tx.now, by: tx.actor.id });
    tx.refresh('role:manager');
  });
}
