import { describe, expect } from 'vitest';
import { matchResults } from '#db/schema/matching.ts';
import { runReplay } from '#inngest/run-replay.ts';
import { watchMatchingPolicy } from '#inngest/watch-matching.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import { as, at, dbTest, emitted, runPolicy, testNow } from '#lib/kernel/testing.ts';
import {
  addSample,
  alarmRaised,
  currentPipeline,
  deactivateSample,
  discardDraft,
  estimatedCosts,
  matchOf,
  matchOrder,
  openAlarms,
  type PipelineSpec,
  pipelineDraft,
  pipelinePublished,
  pipelineVersion,
  publishPipeline,
  readPipelineVersions,
  readReplay,
  releaseEngagement,
  replayedMatch,
  replayMatchPage,
  replayPage,
  replayRequested,
  requestReplay,
  restorePipeline,
  saveDraft,
  stopReplay,
  type Trace,
  watchMatching,
} from './index.ts';
import { gini } from './replay.rules.ts';
import { alarmsIn } from './watch-matching.ts';

const minutes = (count: number) => new Date(testNow.getTime() + count * 60_000);
async function cat(ctx: Ctx, characteristics: Record<string, number>): Promise<string> {
  const workerId = ctx.newId();
  await addSample(ctx, { workerId, name: `Cat ${characteristics.precision}`, characteristics });
  return workerId;
}
const order = (ctx: Ctx, inHours = 1) => ({
  orderId: ctx.newId(),
  clientId: ctx.newId(),
  serviceTypeId: null,
  startsAt: minutes(inHours * 60),
  durationMinutes: 60,
  skills: ['precision'],
  excludedWorkerId: null,
});

/** The pipeline in force with other numbers, or without a step. */
async function draftOf(ctx: Ctx, change: (spec: PipelineSpec) => PipelineSpec): Promise<number> {
  const { version, spec } = await currentPipeline(ctx);
  const kept = await pipelineDraft(ctx);
  const saved = await saveDraft(ctx, {
    spec: change(structuredClone(spec)),
    revision: kept?.revision ?? 0,
    basedOnVersion: version,
  });
  return saved.revision;
}
const weigh =
  (key: string, weight: number) =>
  ({ steps }: PipelineSpec): PipelineSpec => ({
    steps: steps.map((step) => (step.key === key ? { ...step, weight } : step)),
  });
const price =
  (amountCents: number) =>
  ({ steps }: PipelineSpec): PipelineSpec => ({
    steps: steps.map((step) => (step.key === 'price' ? { ...step, params: { amountCents } } : step)),
  });

describe('publishing a pipeline [US-070]', () => {
  dbTest('puts the draft in force for the next match, which records the version', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    await cat(ctx, { precision: 50 });
    const before = order(ctx);
    await matchOrder(ctx, before);
    const revision = await draftOf(manager, price(7500));
    expect((await estimatedCosts(ctx, ['any'])).get('any')).toBe(10_000n);
    expect(await publishPipeline(manager, { revision, note: 'Cheaper' })).toEqual({ version: 2 });
    expect((await estimatedCosts(ctx, ['any'])).get('any')).toBe(7500n);
    const after = order(ctx, 5);
    expect((await matchOrder(ctx, after))!.costCents).toBe('7500');
    expect((await matchOf(manager, before.orderId))!.trace.version).toBe('1');
    expect((await matchOf(manager, after.orderId))!.trace.version).toBe('2');
    expect(await pipelineDraft(manager)).toBeNull();
    expect(await emitted(ctx, pipelinePublished)).toEqual([{ version: 2 }]);
  });

  dbTest('a draft that lacks something, or changes nothing, is refused', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    let revision = await draftOf(manager, ({ steps }) => ({ steps: steps.slice(1) }));
    await expect(publishPipeline(manager, { revision, note: 'x' })).rejects.toMatchObject({
      code: 'matching.not_publishable',
    });
    revision = await draftOf(manager, (spec) => spec);
    await expect(publishPipeline(manager, { revision, note: 'x' })).rejects.toMatchObject({
      code: 'matching.nothing_new',
    });
    expect((await pipelineDraft(manager))!.revision).toBe(2);
  });

  dbTest('who saves over a colleague, or publishes what has changed, is told so', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const { spec } = await currentPipeline(ctx);
    await saveDraft(manager, { spec, revision: 0, basedOnVersion: 1 });
    const late = { code: 'matching.changed_meanwhile' };
    await expect(saveDraft(manager, { spec, revision: 0, basedOnVersion: 1 })).rejects.toMatchObject(late);
    await saveDraft(manager, { spec: weigh('skill', 5)(spec), revision: 1, basedOnVersion: 1 });
    await expect(publishPipeline(manager, { revision: 1, note: 'x' })).rejects.toMatchObject(late);
    await discardDraft(manager);
    await discardDraft(manager);
    expect(await pipelineDraft(manager)).toBeNull();
  });

  dbTest('parameters out of their range are refused', async ({ ctx }) => {
    const { spec } = await currentPipeline(ctx);
    const wrong = structuredClone(spec);
    wrong.steps[3] = { ...wrong.steps[3]!, params: { windowDays: 99 } };
    await expect(
      saveDraft(as(ctx, 'manager'), { spec: wrong, revision: 0, basedOnVersion: 1 }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });

  dbTest('goes back to an older version by publishing it anew; who and when stays', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    await publishPipeline(manager, { revision: await draftOf(manager, price(5000)), note: 'Half' });
    expect(await restorePipeline(manager, { version: 1 })).toEqual({ version: 3 });
    expect((await estimatedCosts(ctx, ['any'])).get('any')).toBe(10_000n);
    await expect(restorePipeline(manager, { version: 3 })).rejects.toMatchObject({
      code: 'matching.nothing_new',
    });
    const versions = await readPipelineVersions(manager);
    expect(
      versions.map(({ version, restoredFrom, publishedBy }) => [version, restoredFrom, publishedBy]),
    ).toEqual([
      [3, 1, manager.actor.id],
      [2, null, manager.actor.id],
      [1, null, 'system'],
    ]);
    expect((await pipelineVersion(manager, 3))!.spec).toEqual((await pipelineVersion(manager, 1))!.spec);
  });

  dbTest('is for managers only', async ({ ctx }) => {
    for (const verb of [saveDraft, publishPipeline, restorePipeline, requestReplay, stopReplay, discardDraft])
      for (const role of ['client', 'worker', 'staff', 'billing'] as const)
        await expect(verb(as(ctx, role), {})).rejects.toMatchObject({ code: 'not_allowed' });
    for (const read of [pipelineDraft, readPipelineVersions])
      await expect(read(as(ctx, 'worker'))).rejects.toMatchObject({ code: 'not_allowed' });
  });
});

describe('a replay', () => {
  dbTest(
    'says who would have been picked, as it was known then, and runs twice to the same',
    async ({ ctx }) => {
      const manager = as(ctx, 'manager');
      const strong = await cat(ctx, { precision: 90 });
      const weak = await cat(ctx, { precision: 60 });
      const orders = [order(ctx, 10), order(ctx, 20), order(ctx, 30)];
      for (const [i, each] of orders.entries()) await matchOrder(at(ctx, minutes(i)), each);
      const really = await Promise.all(
        orders.map(async (o) => (await matchOf(manager, o.orderId))!.workerId),
      );
      // Skill counts twice: 90·2+100 and 90·2+50 beat 60·2+100, 90·2+33 does not.
      expect(really).toEqual([strong, strong, weak]);
      // What came later must not be known: the strong one fails, and a better one joins.
      await releaseEngagement(at(ctx, minutes(100)), { orderId: orders[0]!.orderId, outcome: 'failed' });
      await cat(at(ctx, minutes(200)), { precision: 100 });

      await draftOf(manager, (spec) => weigh('fair_load', 0)(price(5000)(spec)));
      const period = { requestKey: 'request-1', from: minutes(-1), to: minutes(60) };
      const { replayId } = await requestReplay(manager, period);
      expect(await requestReplay(manager, period)).toEqual({ replayId });
      expect(await emitted(ctx, replayRequested)).toEqual([{ replayId }]);
      for (let run = 0; run < 2; run++) {
        await runPolicy(runReplay, ctx, { replayId });
        const replay = (await readReplay(manager, replayId))!;
        expect(replay).toMatchObject({ state: 'done', totalCount: 3, doneCount: 3 });
        expect(replay.figures).toMatchObject({
          orderCount: 3,
          changedCount: 1,
          is: { skill: 90, costCents: '15000' },
          was: { skill: 80, costCents: '30000' },
        });
        // Nobody had failed by then: both are newcomers.
        expect(replay.figures!.is.risk).toBeCloseTo(0.1);
        // All three to one of three; two and one of three.
        expect(replay.figures!.is.gini).toBeGreaterThan(replay.figures!.was.gini);
      }
      const { rows, total } = await replayMatchPage(manager, { replayId, page: 1, changedOnly: true });
      expect([total, rows.map(({ name, wasName }) => [name, wasName])]).toEqual([1, [['Cat 90', 'Cat 60']]]);
      expect((await replayedMatch(manager, replayId, orders[1]!.orderId))!.trace.version).toBe('draft');
    },
  );

  dbTest('that was stopped goes no further; without a draft or orders there is none', async ({ ctx }) => {
    const manager = as(ctx, 'manager');
    const period = { requestKey: 'request-2', from: minutes(-1), to: minutes(60) };
    await expect(requestReplay(manager, period)).rejects.toMatchObject({ code: 'matching.no_draft' });
    await draftOf(manager, price(1));
    await expect(requestReplay(manager, period)).rejects.toMatchObject({ code: 'matching.no_orders' });
    await cat(ctx, { precision: 1 });
    await matchOrder(ctx, order(ctx));
    const { replayId } = await requestReplay(manager, period);
    await stopReplay(manager, { replayId });
    expect(await replayPage(ctx, { replayId, after: null })).toEqual({ next: null });
    expect(await readReplay(manager, replayId)).toMatchObject({
      state: 'stopped',
      doneCount: 0,
      figures: null,
    });
  });
});

describe('alarms', () => {
  const trace = (more: Partial<Trace> & { skipped?: boolean }): Trace => ({
    version: '1',
    top: [],
    overbooked: false,
    tookMs: 10,
    steps: [
      {
        id: 'mine',
        type: 'remote_score',
        kind: 'score',
        inCount: 1,
        outCount: 1,
        skipped: more.skipped ?? false,
        ...(more.skipped && { why: 'late' }),
      },
    ],
    ...more,
  });

  dbTest(
    'an empty pool is one until somebody was hired and the order has a worker [US-073]',
    async ({ ctx }) => {
      const o = order(ctx);
      await matchOrder(ctx, o);
      for (let run = 0; run < 2; run++) await runPolicy(watchMatchingPolicy, ctx, {});
      expect(await emitted(ctx, alarmRaised)).toMatchObject([{ kind: 'pool_empty', measured: 1 }]);
      expect(await openAlarms(as(ctx, 'manager'))).toHaveLength(1);
      await cat(ctx, { precision: 1 });
      await matchOrder(ctx, o);
      expect(await watchMatching(ctx)).toEqual({ raised: 0, cleared: 1 });
      expect(await openAlarms(as(ctx, 'manager'))).toEqual([]);
    },
  );

  dbTest('a step that fails too often, and matches that take too long', async ({ ctx }) => {
    const traces = [
      trace({ skipped: true }),
      trace({ skipped: true }),
      ...Array.from({ length: 8 }, () => trace({})),
    ];
    expect(alarmsIn(traces)).toEqual([]);
    traces[2] = trace({ skipped: true });
    expect(alarmsIn(traces)).toEqual([{ kind: 'step_failing', subject: 'mine', measured: 30 }]);
    expect(alarmsIn(traces.slice(0, 4))).toEqual([]);
    expect(alarmsIn(Array.from({ length: 5 }, () => trace({ tookMs: 900 })))).toEqual([
      { kind: 'slow', subject: '', measured: 900 },
    ]);
    const workerId = await cat(ctx, { precision: 1 });
    for (const each of traces)
      await ctx.db.insert(matchResults).values({
        id: ctx.newId(),
        orderId: ctx.newId(),
        workerId,
        costCents: 1n,
        trace: each,
        matchedAt: ctx.now,
      });
    expect(await watchMatching(ctx)).toEqual({ raised: 1, cleared: 0 });
    expect(await watchMatching(at(ctx, minutes(61)))).toEqual({ raised: 0, cleared: 1 });
  });
});

dbTest('what another process commits is seen by the next match; who left is not picked', async ({ ctx }) => {
  const first = await cat(ctx, { precision: 10 });
  expect((await matchOrder(ctx, order(ctx, 1)))!.workerId).toBe(first);
  const better = await cat(ctx, { precision: 90 });
  expect((await matchOrder(ctx, order(ctx, 100)))!.workerId).toBe(better);
  await deactivateSample(ctx, { workerId: better });
  expect((await matchOrder(ctx, order(ctx, 200)))!.workerId).toBe(first);
});

dbTest('Gini: nothing when all have the same, near one when one has all', async () => {
  expect(gini([2, 2, 2], 3)).toBe(0);
  expect(gini([9], 10)).toBeCloseTo(0.9);
  expect(gini([], 5)).toBe(0);
  expect(gini([1, 3], 2)).toBeCloseTo(0.25);
});
