import { describe, expect } from 'vitest';
import { accounts } from '#db/schema/identity.ts';
import { messages } from '#db/schema/notifications.ts';
import { createAccount, createWorkerAccount } from '#lib/identity/index.ts';
import { dbTest, runPolicy } from '#lib/kernel/testing.ts';
import { createWorkerAccountPolicy } from './create-worker-account.ts';
import { notifyPeople } from './notify-people.ts';

const named = (id: string) => notifyPeople.find((policy) => policy.id === id)!;

describe('telling people is safe to run twice', () => {
  dbTest('for the client and the worker of an assigned order', async ({ ctx }) => {
    const { accountId: clientId } = await createAccount(ctx, {
      email: 'c@hcb.example',
      name: 'Client',
      roles: ['client'],
    });
    const { accountId: workerId } = await createWorkerAccount(ctx, {
      applicationId: 'a',
      name: 'Vasya',
      email: 'v@mcf.example',
      locale: 'en',
      characteristics: {},
    });
    const order = {
      orderId: 'o1',
      clientId,
      workerId,
      startsAt: '2026-03-02T12:00:00.000Z',
      durationMinutes: 30,
      serviceVersionId: 's1',
      costCents: '10000',
      priceCents: '9500',
    };
    for (const id of ['notify-client-of-assignment', 'notify-worker-of-order'])
      for (let run = 0; run < 2; run++) await runPolicy(named(id), ctx, order, { eventId: 'e1' });
    expect(
      (await ctx.db.select().from(messages)).map(({ accountId, kind, link }) => ({ accountId, kind, link })),
    ).toEqual([
      { accountId: clientId, kind: 'order_assigned', link: '/orders/o1' },
      { accountId: workerId, kind: 'work_assigned', link: '/work/o1' },
    ]);
  });

  dbTest('for a cat that was hired: one account, one invitation, in one mail', async ({ ctx }) => {
    const accepted = {
      applicationId: 'a1',
      name: 'Vasya',
      email: 'v@box.example',
      locale: 'ru' as const,
      coatColour: 'grey',
      characteristics: { stealth: 50 },
    };
    await runPolicy(createWorkerAccountPolicy, ctx, accepted, { eventId: 'e1' });
    await runPolicy(createWorkerAccountPolicy, ctx, accepted, { eventId: 'e1' });
    expect(await ctx.db.select().from(accounts)).toHaveLength(1);
    const told = await ctx.db.select().from(messages);
    expect(told).toHaveLength(1);
    expect(told[0]!.link).toMatch(/^\/sign-in\/invitation\/[\w-]{43}$/);
  });
});
