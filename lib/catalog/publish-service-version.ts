import { isDeepStrictEqual } from 'node:util';
import { eq } from 'drizzle-orm';
import { serviceTypes, serviceVersions } from '#db/schema/catalog.ts';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { parse } from '#lib/kernel/parse.ts';
import { Refused } from '#lib/kernel/refused.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { serviceVersionPublished } from './events.ts';
import { publishServiceVersionInput, serviceInput } from './inputs.ts';

/**
 * Publishes the next version of a service type; orders placed before keep theirs. Publishing what is already in force
 * changes nothing. Throws `Refused`: not_allowed, invalid, catalog.not_found, catalog.retired, catalog.changed_meanwhile.
 */
export async function publishServiceVersion(ctx: Ctx, input: unknown): Promise<{ version: number }> {
  requireRole(ctx, 'manager', 'system');
  const { serviceTypeId, basedOnVersion, ...service } = parse(publishServiceVersionInput, input);
  return transaction(ctx, async (tx) => {
    const [type] = await tx.db
      .select()
      .from(serviceTypes)
      .where(eq(serviceTypes.id, serviceTypeId))
      .for('update');
    if (!type) throw new Refused('catalog.not_found');
    if (type.retiredAt) throw new Refused('catalog.retired');
    const [current] = await tx.db
      .select()
      .from(serviceVersions)
      .where(eq(serviceVersions.id, type.currentVersionId));
    if (isDeepStrictEqual(serviceInput.parse(current), service)) return { version: current!.version };
    if (current!.version !== basedOnVersion) throw new Refused('catalog.changed_meanwhile');
    const id = tx.newId();
    const version = current!.version + 1;
    await tx.db
      .insert(serviceVersions)
      .values({ id, serviceTypeId, version, ...service, publishedAt: tx.now, publishedBy: tx.actor.id });
    await tx.db.update(serviceTypes).set({ currentVersionId: id }).where(eq(serviceTypes.id, serviceTypeId));
    tx.audit({
      verb: 'publishServiceVersion',
      subject: 'service_type',
      subjectId: serviceTypeId,
      data: { version },
    });
    tx.emit(serviceVersionPublished, { serviceTypeId, serviceVersionId: id, version });
    tx.refresh('role:manager');
    return { version };
  });
}
