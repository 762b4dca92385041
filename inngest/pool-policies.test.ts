import { expect } from 'vitest';
import { addMember, circle, placeStake, poolList } from '#lib/betting/index.ts';
import { createServiceType } from '#lib/catalog/index.ts';
import { account, as, dbTest, runPolicy } from '#lib/kernel/testing.ts';
import { placeOrder } from '#lib/ordering/index.ts';
import { closePoolOfStartedOrder } from './close-pool-of-started-order.ts';
import { settlePoolOfEndedOrder } from './settle-pool-of-ended-order.ts';

dbTest(
  'a pool closes at the start and is divided at the end, however often the events come',
  async ({ ctx }) => {
    const [a, b] = [as(ctx, account('manager')), as(ctx, account('manager'))];
    const { serviceTypeId } = await createServiceType(a, {
      requestKey: 'a-service',
      name: { en: 'Push a pen', ru: 'Скинуть ручку' },
      description: { en: 'Off a desk.', ru: 'Со стола.' },
      durationMinutes: 20,
      skills: ['precision'],
      kit: [],
    });
    const startsAt = new Date(ctx.now.getTime() + 3 * 3_600_000).toISOString();
    const { orderId, requestNumber } = await placeOrder(as(ctx, 'client'), {
      requestKey: 'the-order',
      serviceTypeId,
      what: 'The red one.',
      place: 'Desk 4',
      contact: 'Murka',
      startsAt,
    });
    for (const [who, ending] of [
      [a, 'completed'],
      [b, 'failed'],
    ] as const) {
      await addMember(ctx, { accountId: who.actor.id, name: ending });
      await placeStake(who, { requestKey: `stake-${ending}`, orderId, ending, amountCents: 1_000n });
    }
    const order = { orderId, clientId: 'client', workerId: 'worker', startsAt, durationMinutes: 20 };
    const started = { ...order, startedAt: startsAt };
    await runPolicy(closePoolOfStartedOrder, ctx, started);
    await runPolicy(closePoolOfStartedOrder, ctx, started);
    expect(await poolList(a, { settled: false })).toMatchObject([{ closed: true }]);

    const ended = {
      ...order,
      requestNumber,
      serviceName: { en: 'Push a pen', ru: 'Скинуть ручку' },
      costCents: '10000',
      priceCents: '10000',
      endedAt: startsAt,
      endedBy: { kind: 'system' as const, id: 'complete-unanswered' },
      reason: null,
    };
    for (const _time of [1, 2])
      await runPolicy(settlePoolOfEndedOrder, ctx, ended as never, { eventName: 'ordering/order.completed' });
    expect((await circle(a)).members.map(({ name, balanceCents }) => [name, balanceCents])).toEqual([
      ['completed', 1_000n],
      ['failed', -1_000n],
    ]);
  },
);
