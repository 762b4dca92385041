import { describe, expect } from 'vitest';
import { auditOrderThatEndedBadly } from '#inngest/audit-order-that-ended-badly.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, dbTest, emitted, runPolicy } from '#lib/kernel/testing.ts';
import {
  auditConcluded,
  auditDetails,
  auditQueue,
  concludeAudit,
  hypothesisBacklog,
  logContact,
  moveHypothesis,
  openAudit,
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
    const findings = { auditId, fault: 'worker' as const, whatHappened: 'Fell asleep.', action: 'Talked.' };
    await expect(
      concludeAudit(manager, { ...findings, hypothesis: 'Earlier pick-up' }),
    ).rejects.toMatchObject({
      fields: { measure: 'quality.name_measure' },
    });
    await concludeAudit(manager, { ...findings, hypothesis: 'Earlier pick-up', measure: 'no-show rate' });
    await expect(concludeAudit(manager, findings)).rejects.toMatchObject({
      code: 'quality.already_concluded',
    });
    expect(await emitted(ctx, auditConcluded)).toHaveLength(1);
    expect((await auditQueue(manager, {})).total).toBe(0);
    expect((await auditQueue(manager, { concluded: true })).total).toBe(1);
    const [hypothesis] = await hypothesisBacklog(manager);
    expect(hypothesis).toMatchObject({ claim: 'Earlier pick-up', measure: 'no-show rate', state: 'new' });
    await moveHypothesis(manager, { hypothesisId: hypothesis!.id, state: 'testing' });
    expect(await hypothesisBacklog(manager)).toMatchObject([{ state: 'testing' }]);
  });

  dbTest('keeps the contacts with the client as they were written', async ({ ctx }) => {
    const auditId = await opened(ctx);
    const manager = as(ctx, 'manager');
    await logContact(manager, { auditId, channel: 'phone', said: 'Was kind about it.' });
    expect((await auditDetails(manager, auditId)).contacts).toMatchObject([{ said: 'Was kind about it.' }]);
    await expect(logContact(manager, { auditId, channel: 'phone', said: ' ' })).rejects.toMatchObject({
      fields: { said: 'required' },
    });
  });

  dbTest('that does not exist is not found', async ({ ctx }) => {
    for (const id of ['x', ctx.newId()])
      await expect(auditDetails(as(ctx, 'manager'), id)).rejects.toMatchObject({ code: 'quality.not_found' });
  });
});
