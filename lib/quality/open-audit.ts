import type { z } from 'zod';
import { audits } from '#db/schema/quality.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { openAuditInput } from './inputs.ts';

/** Puts an order into the quality queue, once per order. A failed or cancelled one arrives by itself [US-200]. */
export async function openAudit(
  ctx: Ctx,
  input: z.input<typeof openAuditInput>,
): Promise<{ opened: boolean }> {
  requireRole(ctx, 'manager', 'system');
  const audit = parse(openAuditInput, input);
  return transaction(ctx, async (tx) => {
    const [opened] = await tx.db
      .insert(audits)
      .values({ ...audit, id: tx.newId(), openedAt: tx.now, openedBy: tx.actor.id })
      .onConflictDoNothing()
      .returning({ id: audits.id });
    if (!opened) return { opened: false };
    tx.audit({ verb: 'openAudit', subject: 'order', subjectId: audit.orderId, data: { kind: audit.kind } });
    tx.refresh('role:manager');
    return { opened: true };
  });
}
