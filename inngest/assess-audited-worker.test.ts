import { expect } from 'vitest';
import { as, at, dbTest, emitted, runPolicy, testNow } from '#lib/kernel/testing.ts';
import {
  addSample,
  assessSample,
  currentPipeline,
  matchOf,
  matchOrder,
  publishPipeline,
  sampleOf,
  saveDraft,
} from '#lib/matching/index.ts';
import { auditConcluded, auditQueue, concludeAudit, openAudit } from '#lib/quality/index.ts';
import { assessAuditedWorker } from './assess-audited-worker.ts';

const days = (count: number) => new Date(testNow.getTime() + count * 86_400_000);

dbTest(
  'what an audit found out about a worker is matched by, and fresh, from then on; also when told twice [US-071]',
  async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const [audited, other] = [ctx.newId(), ctx.newId()];
    for (const workerId of [audited, other])
      await addSample(ctx, {
        workerId,
        name: workerId === audited ? 'Audited' : 'Other',
        characteristics: { precision: 40, noise: 70 },
      });
    await openAudit(ctx, {
      orderId: ctx.newId(),
      requestNumber: 'R-1',
      kind: 'incident',
      ending: 'failed',
      cause: 'client_dispute',
      reason: null,
      clientId: ctx.newId(),
      workerId: audited,
    });
    const [audit] = (await auditQueue(manager, {})).rows;
    await concludeAudit(at(manager, days(30)), {
      auditId: audit!.id,
      kind: 'incident',
      fault: 'worker',
      whatHappened: 'It pushed the wrong pen; we have practised since.',
      characteristics: { precision: 60 },
    });
    const [concluded] = await emitted(ctx, auditConcluded);
    for (let run = 0; run < 2; run++) {
      await runPolicy(assessAuditedWorker, at(ctx, days(31)), concluded as never);
      expect(await sampleOf(ctx, audited)).toMatchObject({
        characteristics: { precision: 60, noise: 70 },
        trainedAt: days(30),
      });
    }
    // An older look at the worker comes late.
    expect(
      await assessSample(ctx, {
        workerId: audited,
        characteristics: { precision: 1 },
        assessedAt: days(29),
        why: 'x',
      }),
    ).toEqual({ assessed: false });

    const { version, spec } = await currentPipeline(ctx);
    const steps = spec.steps.map((each) =>
      each.type === 'fair_load'
        ? { ...each, key: 'freshness', type: 'freshness' as const, weight: 1, params: { halfLifeDays: 30 } }
        : each,
    );
    const { revision } = await saveDraft(manager, { spec: { steps }, revision: 0, basedOnVersion: version });
    await publishPipeline(manager, { revision, note: 'freshness' });
    const orderId = ctx.newId();
    await matchOrder(at(ctx, days(60)), {
      orderId,
      startsAt: days(61),
      durationMinutes: 30,
      skills: ['precision'],
      excludedWorkerId: null,
    });
    // Half-lives of 30 days, 30 and 60 days after: 50 and 25. Skill counts twice: (2·60+50)/3 and (2·40+25)/3.
    const { top } = (await matchOf(manager, orderId))!.trace;
    expect(top.map(({ name, total, scores }) => [name, scores.freshness, total])).toEqual([
      ['Audited', 50, 56.67],
      ['Other', 25, 35],
    ]);
  },
);
