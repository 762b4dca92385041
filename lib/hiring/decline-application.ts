import type { z } from 'zod';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { decideApplication } from './decide-application.ts';
import { applicationDeclined } from './events.ts';
import { declineApplicationInput } from './inputs.ts';

/** Turns a cat down, kindly by mail [US-120]. Throws `Refused`: hiring.not_found, hiring.decided_already, invalid. */
export async function declineApplication(
  ctx: Ctx,
  input: z.input<typeof declineApplicationInput>,
): Promise<void> {
  requireRole(ctx, 'manager');
  const { applicationId, reason } = parse(declineApplicationInput, input);
  await transaction(ctx, async (tx) => {
    const cat = await decideApplication(tx, applicationId, { state: 'declined', reason });
    if (!cat) return;
    const { name, email, locale } = cat;
    tx.emit(applicationDeclined, { applicationId, name, email, locale });
  });
}
