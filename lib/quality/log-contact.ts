import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import { audits, contacts } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { logContactInput } from './inputs.ts';

/** Logs a contact with the client about an audited order; it stays as written. Throws `Refused`: quality.not_found. */
export async function logContact(ctx: Ctx, input: z.input<typeof logContactInput>): Promise<void> {
  requireRole(ctx, 'manager');
  const { auditId, channel, said } = parse(logContactInput, input);
  await transaction(ctx, async (tx) => {
    const [audit] = await tx.db.select({ id: audits.id }).from(audits).where(eq(audits.id, auditId));
    if (!audit) throw new Refused('quality.not_found');
    await tx.db
      .insert(contacts)
      .values({ id: tx.newId(), auditId, channel, said, at: tx.now, by: tx.actor.id });
    tx.refresh('role:manager');
  });
}
