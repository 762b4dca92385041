import { sql } from 'drizzle-orm';
import { describe, expect } from 'vitest';
import { seedCatalog } from '#db/seed/catalog.ts';
import { as, dbTest, emitted } from '#lib/kernel/testing.ts';
import { pgErrorCode } from '#lib/kernel/transaction.ts';
import {
  allServices,
  createServiceType,
  currentService,
  publishedServices,
  publishServiceVersion,
  retireServiceType,
  serviceVersion,
  serviceVersionPublished,
} from './index.ts';

const service = {
  name: { en: 'Push a pen', ru: 'Скинуть ручку' },
  description: { en: 'Off a desk.', ru: 'Со стола.' },
  durationMinutes: 20,
  skills: ['precision'],
  kit: [{ itemCode: 'ballpoint-pen', quantity: 2 }],
};

describe('service types come from the managers [US-021]', () => {
  dbTest('a new one is offered at once; asked twice, there is one', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const first = await createServiceType(manager, { ...service, requestKey: 'one-form' });
    const second = await createServiceType(manager, { ...service, requestKey: 'one-form' });
    expect(second).toEqual(first);
    expect(await publishedServices(ctx)).toMatchObject([{ ...service, version: 1 }]);
    expect(await emitted(ctx, serviceVersionPublished)).toHaveLength(1);
  });

  dbTest('editing publishes the next version and keeps the old one', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const { serviceTypeId } = await createServiceType(manager, { ...service, requestKey: 'one-form' });
    const before = (await currentService(ctx, serviceTypeId))!;
    const edited = { ...service, durationMinutes: 40, serviceTypeId, basedOnVersion: 1 };
    expect(await publishServiceVersion(manager, edited)).toEqual({ version: 2 });
    expect(await publishServiceVersion(manager, edited)).toEqual({ version: 2 });
    expect(await currentService(ctx, serviceTypeId)).toMatchObject({ version: 2, durationMinutes: 40 });
    expect(await serviceVersion(ctx, before.serviceVersionId)).toMatchObject({
      version: 1,
      durationMinutes: 20,
    });
  });

  dbTest('an edit on top of somebody else’s is refused', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const { serviceTypeId } = await createServiceType(manager, { ...service, requestKey: 'one-form' });
    await publishServiceVersion(manager, {
      ...service,
      durationMinutes: 40,
      serviceTypeId,
      basedOnVersion: 1,
    });
    const late = publishServiceVersion(manager, {
      ...service,
      durationMinutes: 50,
      serviceTypeId,
      basedOnVersion: 1,
    });
    await expect(late).rejects.toMatchObject({ code: 'catalog.changed_meanwhile' });
  });

  dbTest('a retired one is not offered and gets no new version', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const { serviceTypeId } = await createServiceType(manager, { ...service, requestKey: 'one-form' });
    await retireServiceType(manager, { serviceTypeId });
    await retireServiceType(manager, { serviceTypeId });
    expect(await publishedServices(ctx)).toEqual([]);
    expect(await allServices(ctx)).toHaveLength(1);
    const publish = publishServiceVersion(manager, { ...service, serviceTypeId, basedOnVersion: 1 });
    await expect(publish).rejects.toMatchObject({ code: 'catalog.retired' });
  });

  dbTest('only managers write, and what is wrong is named', async ({ ctx }) => {
    await expect(createServiceType(as(ctx, 'client'), service)).rejects.toMatchObject({
      code: 'not_allowed',
    });
    const wrong = createServiceType(as(ctx, 'manager'), {
      ...service,
      requestKey: 'one-form',
      name: { en: 'x', ru: ' ' },
      skills: [],
      kit: [
        { itemCode: 'pen', quantity: 1 },
        { itemCode: 'pen', quantity: 2 },
      ],
    });
    await expect(wrong).rejects.toMatchObject({
      fields: { 'name.ru': 'required', skills: 'catalog.no_skill', kit: 'catalog.item_twice' },
    });
  });

  dbTest('a published version can be neither changed nor deleted', async ({ ctx }) => {
    await seedCatalog(ctx);
    await seedCatalog(ctx);
    expect(await publishedServices(ctx)).toHaveLength(5);
    const change = ctx.db.transaction((db) =>
      db.execute(sql`update catalog.service_versions set version = 9`),
    );
    await expect(change.catch((error) => Promise.reject(pgErrorCode(error)))).rejects.toBe('42501');
  });
});
