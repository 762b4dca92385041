import fc from 'fast-check';
import { expect } from 'vitest';
import { assignMatched } from '#inngest/assign-matched-order.ts';
import { createServiceType } from '#lib/catalog/index.ts';
import { as, dbTest } from '#lib/kernel/testing.ts';
import {
  addSample,
  currentPipeline,
  matchOrder,
  pipelineDraft,
  publishPipeline,
  saveDraft,
} from '#lib/matching/index.ts';
import { estimate, placeOrder, readOrder, unmatchedOrder } from './index.ts';
import { inMinutes } from './testing.ts';

dbTest(
  'the estimate of a service is the price that its match fixes, whatever the managers set [US-020][US-050]',
  async ({ ctx }) => {
    const [client, manager, system] = [
      as(ctx, 'client'),
      as(ctx, 'manager'),
      as(ctx, { kind: 'system', id: 'test' }),
    ];
    const serviceOf = async (name: string) =>
      (
        await createServiceType(system, {
          requestKey: `service-${name}`,
          name: { en: name, ru: name },
          description: { en: name, ru: name },
          durationMinutes: 30,
          skills: ['precision'],
          kit: [{ itemCode: 'ballpoint-pen', quantity: 1 }],
        })
      ).serviceTypeId;
    const services = [await serviceOf('Pen'), await serviceOf('Glass'), await serviceOf('Vase')];
    await addSample(system, { workerId: ctx.newId(), name: 'Vasya', characteristics: { precision: 80 } });
    let asked = 0;
    const cents = fc.integer({ min: 1, max: 10_000_000 });
    await fc.assert(
      fc.asyncProperty(
        cents,
        fc.tuple(...services.map(() => fc.option(cents))),
        fc.boolean(),
        async (usual, prices, isOneForAll) => {
          const { version, spec } = await currentPipeline(ctx);
          const table = Object.fromEntries(
            services.flatMap((id, i) => (prices[i] === null ? [] : [[id, prices[i]!]])),
          );
          const steps = spec.steps.toSpliced(-1, 1, {
            key: 'price',
            type: isOneForAll ? 'constant_price' : 'price_table',
            enabled: true,
            weight: 0,
            params: { amountCents: usual, ...(!isOneForAll && { prices: table }) },
          });
          const draft = await saveDraft(manager, {
            spec: { steps },
            revision: (await pipelineDraft(manager))?.revision ?? 0,
            basedOnVersion: version,
          });
          await publishPipeline(manager, { revision: draft.revision, note: 'prices' }).catch((error) => {
            if (error.code !== 'matching.nothing_new') throw error;
          });
          const estimated = await estimate(client, services);
          for (const [i, serviceTypeId] of services.entries()) {
            asked++;
            const { orderId } = await placeOrder(client, {
              requestKey: `request-${asked}`,
              serviceTypeId,
              what: 'The one on the left.',
              startsAt: inMinutes(60 * asked),
              place: 'Shelf 3',
              contact: 'Boris',
            });
            await assignMatched(system, (await matchOrder(system, await unmatchedOrder(system, orderId)))!);
            const order = await readOrder(client, orderId);
            expect(order).toMatchObject(estimated.services[serviceTypeId]!);
            expect(order!.costCents).toBe(BigInt(isOneForAll ? usual : (prices[i] ?? usual)));
          }
        },
      ),
      { numRuns: 6 },
    );
  },
);

dbTest('is for clients only', async ({ ctx }) => {
  await expect(estimate(as(ctx, 'worker'), [])).rejects.toMatchObject({ code: 'not_allowed' });
});
