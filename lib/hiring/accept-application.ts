import type { z } from 'zod';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { decideApplication } from './decide-application.ts';
import { applicationAccepted } from './events.ts';
import { acceptApplicationInput } from './inputs.ts';

/**
 * Takes the cat into the pool with the characteristics obtained [US-120]: a policy makes the account, and with it
 * matching and billing learn of it. Throws `Refused`: hiring.not_found, hiring.decided_already, invalid.
 */
export async function acceptApplication(
  ctx: Ctx,
  input: z.input<typeof acceptApplicationInput>,
): Promise<void> {
  requireRole(ctx, 'manager');
  const { applicationId, characteristics, reason } = parse(acceptApplicationInput, input);
  await transaction(ctx, async (tx) => {
    const cat = await decideApplication(tx, applicationId, { state: 'accepted', reason, characteristics });
    if (!cat) return;
    const { name, email, locale, coatColour } = cat;
    tx.emit(applicationAccepted, { applicationId, name, email, locale, coatColour, characteristics });
  });
}
