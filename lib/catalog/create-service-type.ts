import { eq } from 'drizzle-orm';
import { serviceTypes, serviceVersions } from '#db/schema/catalog.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { serviceVersionPublished } from './events.ts';
import { createServiceTypeInput } from './inputs.ts';

/**
 * A new service type, published at once as version 1 [US-021]. The same `requestKey` answers with the service it made
 * the first time. Throws `Refused`: not_allowed, invalid.
 */
export async function createServiceType(ctx: Ctx, input: unknown): Promise<{ serviceTypeId: string }> {
  requireRole(ctx, 'manager', 'system');
  const { requestKey, ...service } = parse(createServiceTypeInput, input);
  return transaction(ctx, async (tx) => {
    const id = tx.newId();
    const versionId = tx.newId();
    const [made] = await tx.db
      .insert(serviceTypes)
      .values({ id, requestKey, currentVersionId: versionId, createdAt: tx.now })
      .onConflictDoNothing({ target: serviceTypes.requestKey })
      .returning({ id: serviceTypes.id });
    if (!made) {
      const [first] = await tx.db
        .select({ id: serviceTypes.id })
        .from(serviceTypes)
        .where(eq(serviceTypes.requestKey, requestKey));
      return { serviceTypeId: first!.id };
    }
    await tx.db.insert(serviceVersions).values({
      id: versionId,
      serviceTypeId: id,
      version: 1,
      ...service,
      publishedAt: tx.now,
      publishedBy: tx.actor.id,
    });
    tx.audit({ verb: 'createServiceType', subject: 'service_type', subjectId: id });
    tx.emit(serviceVersionPublished, { serviceTypeId: id, serviceVersionId: versionId, version: 1 });
    tx.refresh('role:manager');
    return { serviceTypeId: id };
  });
}
