import { periodCloses } from '#db/schema/billing.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { mustBe, Refused } from '#lib/kernel/refused.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { askForClose } from './close-page.ts';
import { requestCloseInput } from './inputs.ts';
import { periodNamed } from './periods.rules.ts';

/**
 * Asks for a week or month to be closed; a policy does the work, page by page, once earlier ones are closed. A period may be
 * closed again, or before its end: whoever has a document for it keeps that one; one that was paused goes on. Throws
 * `Refused`: invalid, billing.not_a_sunday, billing.not_a_month, billing.not_begun (it lies in the future).
 */
export async function requestClose(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'billing', 'system');
  const { kind, period: name } = parse(requestCloseInput, input);
  const { period, from, to } = mustBe(periodNamed(kind, name, await readSetting(ctx, 'time_zone')));
  if (from > ctx.now) throw new Refused('billing.not_begun');
  await transaction(ctx, async (tx) => {
    const asked = {
      requestedAt: ctx.now,
      requestedByKind: ctx.actor.kind,
      requestedById: ctx.actor.id,
      progressedAt: ctx.now,
      pausedAt: null,
      finishedAt: null,
      partiesCount: null,
    };
    await tx.db
      .insert(periodCloses)
      .values({ kind, period, fromAt: from, toAt: to, ...asked })
      // The bounds stay as they were: the zone may have been changed since.
      .onConflictDoUpdate({ target: [periodCloses.kind, periodCloses.period], set: asked });
    askForClose(tx, { kind, period });
    tx.audit({ verb: 'requestClose', subject: kind, subjectId: period });
    tx.refresh('role:billing', 'role:manager');
  });
}
