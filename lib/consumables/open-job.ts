import { inArray } from 'drizzle-orm';
import { cookies, items, jobLines, jobs } from '#db/schema/consumables.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { jobOpened } from './events.ts';
import { type AssemblyOrder, assemblyOrder } from './inputs.ts';
import { jobTimes, kitWithForm } from './job.rules.ts';
import { refreshJob } from './load-job.ts';

/**
 * The warehouse learns who needs what, for what order, by when [US-150]: one job per order, with the kit of the
 * service type as a proposal and the time at which the cookie will be ordered. A second call changes nothing.
 * An item that the warehouse does not know yet is entered under its code, with nothing on the shelf.
 */
export async function openJob(ctx: Ctx, input: AssemblyOrder): Promise<void> {
  requireRole(ctx, 'system');
  const { kit, ...order } = parse(assemblyOrder, input);
  const { dueAt, cookieOrderAt } = jobTimes(order.startsAt, {
    pickUpMinutes: await readSetting(ctx, 'pick_up_minutes'),
    cookieLeadMinutes: await readSetting(ctx, 'cookie_lead_minutes'),
  });
  await transaction(ctx, async (tx) => {
    const jobId = tx.newId();
    const [job] = await tx.db
      .insert(jobs)
      .values({ id: jobId, ...order, dueAt, state: 'open', openedAt: tx.now })
      .onConflictDoNothing({ target: jobs.orderId })
      .returning();
    if (!job) return;
    const counts = kitWithForm(kit);
    const codes = [...counts.keys()];
    await tx.db
      .insert(items)
      .values(
        codes.toSorted().map((code) => ({
          id: tx.newId(),
          code,
          name: { en: code, ru: code },
          unit: { en: 'pcs', ru: 'шт.' },
          reorderPointCount: 0,
        })),
      )
      .onConflictDoNothing({ target: items.code });
    const known = await tx.db
      .select({ id: items.id, code: items.code })
      .from(items)
      .where(inArray(items.code, codes));
    const idOf = new Map(known.map(({ id, code }) => [code, id]));
    await tx.db.insert(jobLines).values(
      codes.map((code, position) => ({
        id: tx.newId(),
        jobId,
        itemId: idOf.get(code)!,
        position,
        proposedCount: counts.get(code)!,
        count: counts.get(code)!,
      })),
    );
    await tx.db
      .insert(cookies)
      .values({ orderId: order.orderId, jobId, state: 'planned', orderAt: cookieOrderAt });
    tx.audit({ verb: 'openJob', subject: 'order', subjectId: order.orderId, data: { jobId } });
    tx.emit(jobOpened, { jobId, orderId: order.orderId, dueAt: dueAt.toISOString() });
    refreshJob(tx, job);
  });
}
