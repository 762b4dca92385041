import { z } from 'zod';
import { stepLimit } from './pipeline.rules.ts';
import { type ParamSpec, type StepTypeName, stepTypeNames, typeOf } from './step.rules.ts';

export const matchOrderInput = z.object({
  orderId: z.uuid(),
  clientId: z.uuid().nullable().default(null),
  serviceTypeId: z.uuid().nullable().default(null),
  startsAt: z.coerce.date(),
  durationMinutes: z.number().int().min(1).max(10_000),
  skills: z.array(z.string().max(50)).max(20),
  excludedWorkerId: z.uuid().nullable(),
});

export const addSampleInput = z.object({
  workerId: z.uuid(),
  name: z.string().trim().min(1).max(200),
  characteristics: z.record(z.string().max(50), z.number().int().min(0).max(100)),
});

export const assessSampleInput = z.object({
  workerId: z.uuid(),
  characteristics: addSampleInput.shape.characteristics,
  assessedAt: z.coerce.date(),
  why: z.string().max(200),
});

export const deactivateSampleInput = z.object({ workerId: z.uuid() });

export const releaseEngagementInput = z.object({
  orderId: z.uuid(),
  /** Null: the order never took the worker. */
  outcome: z.enum(['completed', 'failed', 'cancelled']).nullable(),
});

export { compare, pinnedTypes, problemsOf, stepLimit } from './pipeline.rules.ts';
export { initialParams, stepTypeNames, typeOf } from './step.rules.ts';

function paramSchema(spec: ParamSpec): z.ZodType {
  if (spec.kind === 'address') return z.string().trim().max(500);
  if (spec.kind === 'money') return z.number().int().min(0).max(spec.max);
  if (spec.kind === 'price_table') return z.record(z.uuid(), z.number().int().min(0).max(spec.max));
  return z.number().min(spec.min).max(spec.max);
}

const paramsOf = Object.fromEntries(
  stepTypeNames.map((name) => [
    name,
    z.strictObject(Object.fromEntries(typeOf(name).params.map((spec) => [spec.key, paramSchema(spec)]))),
  ]),
);

const stepInput = z
  .object({
    key: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'matching.key'),
    type: z.enum(stepTypeNames as [StepTypeName, ...StepTypeName[]]),
    enabled: z.boolean(),
    weight: z.number().min(0).max(100),
    params: z.record(z.string(), z.unknown()),
  })
  .superRefine(({ type, params }, context) => {
    for (const issue of paramsOf[type]!.safeParse(params).error?.issues ?? [])
      context.addIssue({ code: 'custom', path: ['params', ...issue.path], message: 'matching.param' });
  });

export const saveDraftInput = z.object({
  spec: z.object({ steps: z.array(stepInput).max(stepLimit) }),
  /** Of the draft that was on the screen; 0 when there was none. */
  revision: z.number().int().min(0),
  /** The version that was in force when a fresh draft was begun. */
  basedOnVersion: z.number().int().min(1),
});

export const publishPipelineInput = z.object({
  revision: z.number().int().min(1),
  note: z.string().trim().min(1).max(500),
});

export const restorePipelineInput = z.object({ version: z.number().int().min(1) });

export const requestReplayInput = z
  .object({ requestKey: z.string().min(8).max(100), from: z.date(), to: z.date() })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'matching.period' });

export const replayPageInput = z.object({ replayId: z.uuid(), after: z.string().max(100).nullable() });
export const replayInput = z.object({ replayId: z.uuid() });
