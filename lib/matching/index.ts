export { addSample } from './add-sample.ts';
export { deactivateSample } from './deactivate-sample.ts';
export * from './events.ts';
export { type Match, matchOrder } from './match-order.ts';
export {
  type Change,
  compare,
  type PipelineSpec,
  type Problem,
  problemsOf,
  type StepSpec,
  type Trace,
} from './pipeline.rules.ts';
export { estimatedCostCents, matchOf, sampleOf, waitingOrderIds } from './reads.ts';
export { releaseEngagement } from './release-engagement.ts';
export type { ReplayFigures } from './replay.rules.ts';
export type { ReferenceSample } from './step.rules.ts';
