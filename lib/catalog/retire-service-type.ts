import { and, eq, isNull } from 'drizzle-orm';
import { serviceTypes } from '#db/schema/catalog.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { serviceTypeRetired } from './events.ts';
import { retireServiceTypeInput } from './inputs.ts';

/** Takes a service type out of the shop; orders placed before go on. Throws `Refused`: not_allowed, catalog.not_found. */
export async function retireServiceType(ctx: Ctx, input: unknown): Promise<void> {
  requireRole(ctx, 'manager', 'system');
  const { serviceTypeId, reason } = parse(retireServiceTypeInput, input);
  await transaction(ctx, async (tx) => {
    const [retired] = await tx.db
      .update(serviceTypes)
      .set({ retiredAt: tx.now })
      .where(and(eq(serviceTypes.id, serviceTypeId), isNull(serviceTypes.retiredAt)))
      .returning({ id: serviceTypes.id });
    if (!retired) {
      const known = await tx.db.$count(serviceTypes, eq(serviceTypes.id, serviceTypeId));
      if (!known) throw new Refused('catalog.not_found');
      return;
    }
    tx.audit({
      verb: 'retireServiceType',
      subject: 'service_type',
      subjectId: serviceTypeId,
      why: reason,
    });
    tx.emit(serviceTypeRetired, { serviceTypeId });
    tx.refresh('role:manager');
  });
}
