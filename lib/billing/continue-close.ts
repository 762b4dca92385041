import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { askForClose } from './close-page.ts';
import type { PeriodKind } from './periods.rules.ts';

/** One run of a close has done its share of pages: a further one goes on behind `after`. */
export async function continueClose(
  ctx: Ctx,
  { kind, period, after }: { kind: PeriodKind; period: string; after: string },
): Promise<void> {
  requireRole(ctx, 'system');
  await transaction(ctx, async (tx) => askForClose(tx, { kind, period }, after));
}
