import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditOrderThatEndedBadly } from '#inngest/audit-order-that-ended-badly.ts';
import { drawDailySamplePolicy } from '#inngest/draw-daily-sample.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { changeSetting } from '#lib/kernel/settings.ts';
import { as, at, dbTest, emitted, freshDatabase, runPolicy, testCtx } from '#lib/kernel/testing.ts';
import { randomCompletedOrders } from '#lib/ordering/index.ts';
import { inMinutes, orderIn } from '#lib/ordering/testing.ts';
import {
  auditConcluded,
  auditDetails,
  auditQueue,
  concludeAudit,
  hypothesisBacklog,
  logContact,
  moveHypothesis,
  openAudit,
  pickSamples,
} from './index.ts';

const incident = (ctx: Ctx) => ({
  orderId: ctx.newId(),
  requestNumber: 'R-1',
  kind: 'incident' as const,
  ending: 'failed' as const,
  cause: 'worker_no_show',
  reason: null,
  clientId: ctx.newId(),
  workerId: ctx.newId(),
});

async function opened(ctx: Ctx): Promise<string> {
  await openAudit(ctx, incident(ctx));
  return (await auditQueue(as(ctx, 'manager'), {})).rows[0]!.id;
}

describe('the queue', () => {
  dbTest('takes a failed order once, however often the event comes [US-200]', async ({ ctx }) => {
    const event = {
      ...incident(ctx),
      serviceName: { en: 'a', ru: 'б' },
      costCents: '10000',
      priceCents: '10000',
      endedAt: ctx.now.toISOString(),
      endedBy: { kind: 'system' as const, id: 'fail-no-show' },
      cause: 'worker_no_show' as const,
    };
    for (const _time of [1, 2])
      await runPolicy(auditOrderThatEndedBadly, ctx, event, { eventName: 'ordering/order.failed' });
    expect((await auditQueue(as(ctx, 'manager'), {})).rows).toMatchObject([
      { orderId: event.orderId, kind: 'incident', ending: 'failed', cause: 'worker_no_show' },
    ]);
  });

  dbTest('is for managers', async ({ ctx }) => {
    const auditId = await opened(ctx);
    for (const role of ['client', 'worker', 'staff', 'billing'] as const) {
      await expect(auditQueue(as(ctx, role), {})).rejects.toMatchObject({ code: 'not_allowed' });
      await expect(auditDetails(as(ctx, role), auditId)).rejects.toMatchObject({ code: 'not_allowed' });
      await expect(openAudit(as(ctx, role), incident(ctx))).rejects.toMatchObject({ code: 'not_allowed' });
    }
  });
});

describe('an audit [US-210]', () => {
  dbTest('is concluded once and yields a hypothesis with its measure', async ({ ctx }) => {
    const auditId = await opened(ctx);
    const manager = as(ctx, 'manager');
    const findings = {
      kind: 'incident' as const,
      auditId,
      fault: 'worker' as const,
      whatHappened: 'Fell asleep.',
      action: 'Talked.',
    };
    await expect(
      concludeAudit(manager, { ...findings, hypothesis: 'Earlier pick-up' }),
    ).rejects.toMatchObject({
      fields: { measure: 'quality.name_measure' },
    });
    await expect(
      concludeAudit(manager, { ...findings, whatHappened: '', hypothesis: 'Earlier pick-up' }),
    ).rejects.toMatchObject({
      fields: { whatHappened: 'required', measure: 'quality.name_measure' },
    });
    await concludeAudit(manager, { ...findings, hypothesis: 'Earlier pick-up', measure: 'no-show rate' });
    await expect(concludeAudit(manager, findings)).rejects.toMatchObject({
      code: 'quality.already_concluded',
    });
    expect(await emitted(ctx, auditConcluded)).toHaveLength(1);
    expect((await auditQueue(manager, {})).total).toBe(0);
    expect((await auditQueue(manager, { concluded: true })).total).toBe(1);
    const [hypothesis] = await hypothesisBacklog(manager);
    expect(hypothesis).toMatchObject({
      claim: 'Earlier pick-up',
      measure: 'no-show rate',
      state: 'new',
      requestNumber: 'R-1',
    });
    await moveHypothesis(manager, { hypothesisId: hypothesis!.id, state: 'testing' });
    expect(await hypothesisBacklog(manager)).toMatchObject([{ state: 'testing' }]);
  });

  dbTest('of a sample has findings of its own', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    await orderIn(ctx, 'completed');
    await pickSamples(at(manager, inMinutes(120)), { count: 1 });
    const auditId = (await auditQueue(manager, { kind: 'sample' })).rows[0]!.id;
    const incidentFindings = { auditId, kind: 'incident' as const, fault: 'worker' as const };
    await expect(
      concludeAudit(manager, { ...incidentFindings, whatHappened: 'It went well.' }),
    ).rejects.toMatchObject({ code: 'quality.other_kind' });
    const sample = { auditId, kind: 'sample' as const, grade: 'good' as const };
    await expect(concludeAudit(manager, { ...sample, whatWasGood: ' ' })).rejects.toMatchObject({
      fields: { whatWasGood: 'required' },
    });
    await concludeAudit(manager, { ...sample, whatWasGood: 'Eye contact.', couldBeBetter: 'The sweeping.' });
    expect((await auditDetails(manager, auditId)).audit.findings).toEqual({
      kind: 'sample',
      grade: 'good',
      whatWasGood: 'Eye contact.',
      couldBeBetter: 'The sweeping.',
    });
    expect(await emitted(ctx, auditConcluded)).toMatchObject([{ kind: 'sample', fault: 'nobody' }]);
  });

  dbTest('keeps the contacts with the client as they were written', async ({ ctx }) => {
    const auditId = await opened(ctx);
    const manager = as(ctx, 'manager');
    const contact = { auditId, channel: 'phone' as const, said: 'Was kind about it.' };
    // A click sent twice, then the same words an hour later.
    for (const _time of [1, 2]) await logContact(manager, contact);
    expect((await auditDetails(manager, auditId)).contacts).toMatchObject([{ said: 'Was kind about it.' }]);
    await logContact(at(manager, inMinutes(60)), contact);
    expect((await auditDetails(manager, auditId)).contacts).toHaveLength(2);
    await expect(logContact(manager, { auditId, channel: 'phone', said: ' ' })).rejects.toMatchObject({
      fields: { said: 'required' },
    });
  });

  dbTest('that does not exist is not found', async ({ ctx }) => {
    for (const id of ['x', ctx.newId()])
      await expect(auditDetails(as(ctx, 'manager'), id)).rejects.toMatchObject({ code: 'quality.not_found' });
  });
});

/** A ctx whose chance is `share` of the range, for draws that a test can foretell. */
const lucky = (ctx: Ctx, share: number): Ctx => ({ ...ctx, random: () => share });

describe('samples [US-190]', () => {
  const later = inMinutes(24 * 60);

  async function completed(ctx: Ctx, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i++) ids.push((await orderIn(ctx, 'completed')).orderId);
    return ids;
  }

  dbTest('are completed orders, never one twice', async ({ ctx }) => {
    const manager = at(as(ctx, 'manager'), later);
    const ids = await completed(ctx, 3);
    for (const state of ['in_progress', 'failed', 'cancelled'] as const) await orderIn(ctx, state);
    expect(await pickSamples(manager, { count: 2 })).toEqual({ opened: 2 });
    expect(await pickSamples(manager, { count: 2 })).toEqual({ opened: 1 });
    await expect(pickSamples(manager, { count: 2 })).rejects.toMatchObject({
      code: 'quality.nothing_to_pick',
    });
    const { rows } = await auditQueue(manager, {});
    expect(rows.map(({ orderId }) => orderId).sort()).toEqual(ids.sort());
    expect(rows.every(({ kind, ending }) => kind === 'sample' && ending === 'completed')).toBe(true);
  });

  dbTest('are drawn by chance, which comes from ctx', async ({ ctx }) => {
    await completed(ctx, 4);
    const period = { from: ctx.now, before: later };
    const draw = async (share: number) =>
      (await randomCompletedOrders(lucky(as(ctx, 'manager'), share), period)).map(({ orderId }) => orderId);
    expect(await draw(0.1)).toEqual(await draw(0.1));
    expect(await draw(0.1)).not.toEqual(await draw(0.9));
    expect(new Set(await draw(0.9)).size).toBe(4);
  });

  dbTest('of older orders are not picked', async ({ ctx }) => {
    await completed(ctx, 1);
    const manager = at(as(ctx, 'manager'), inMinutes(32 * 24 * 60));
    await expect(pickSamples(manager, { count: 1 })).rejects.toMatchObject({
      code: 'quality.nothing_to_pick',
    });
  });

  dbTest('are picked by managers, one to twenty at a time', async ({ ctx }) => {
    for (const role of ['client', 'worker', 'staff', 'billing'] as const)
      await expect(pickSamples(as(ctx, role), { count: 1 })).rejects.toMatchObject({ code: 'not_allowed' });
    for (const count of [0, 21, 1.5])
      await expect(pickSamples(as(ctx, 'manager'), { count })).rejects.toMatchObject({
        fields: { count: 'quality.count' },
      });
  });

  dbTest('are drawn every day by the share that is set, once however often it runs', async ({ ctx }) => {
    const tomorrow = at(ctx, later);
    await completed(ctx, 5);
    await changeSetting(as(ctx, 'manager'), 'audit_sample_percent', 50);
    // The day is not over yet.
    await runPolicy(drawDailySamplePolicy, ctx, {});
    expect((await auditQueue(as(ctx, 'manager'), {})).total).toBe(0);
    for (const _time of [1, 2]) await runPolicy(drawDailySamplePolicy, tomorrow, {});
    expect((await auditQueue(as(ctx, 'manager'), {})).total).toBe(3);
    await runPolicy(drawDailySamplePolicy, at(ctx, inMinutes(3 * 24 * 60)), {});
    expect((await auditQueue(as(ctx, 'manager'), {})).total).toBe(3);
  });

  dbTest('are not drawn while the share is nothing', async ({ ctx }) => {
    await completed(ctx, 2);
    await changeSetting(as(ctx, 'manager'), 'audit_sample_percent', 0);
    await runPolicy(drawDailySamplePolicy, at(ctx, later), {});
    expect((await auditQueue(as(ctx, 'manager'), {})).total).toBe(0);
  });
});

describe('at the same time', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.close());

  test('two draws never share an order', async () => {
    const ctx = testCtx(database.db);
    for (let i = 0; i < 4; i++) await orderIn(ctx, 'completed');
    const manager = at(as(ctx, 'manager'), inMinutes(120));
    const picked = await Promise.all([1, 2].map(() => pickSamples(manager, { count: 2 })));
    expect(picked).toEqual([{ opened: 2 }, { opened: 2 }]);
    expect((await auditQueue(manager, {})).total).toBe(4);
  });
});
