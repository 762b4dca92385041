import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { directorySyncRequested } from './events.ts';

/** Asks for a pass now; the policy does it. Managers only. */
export async function requestDirectorySync(ctx: Ctx): Promise<void> {
  requireRole(ctx, 'manager', 'system');
  await transaction(ctx, async (tx) => {
    tx.emit(directorySyncRequested, { requestedBy: ctx.actor.id });
    tx.audit({ verb: 'requestDirectorySync', subject: 'directory', subjectId: 'hcb' });
  });
}
