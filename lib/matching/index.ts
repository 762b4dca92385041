export { addSample } from './add-sample.ts';
export { assessSample } from './assess-sample.ts';
export { deactivateSample } from './deactivate-sample.ts';
export { discardDraft } from './discard-draft.ts';
export * from './events.ts';
export { livePool as warmPool } from './live-pool.ts';
export { type Match, matchOrder } from './match-order.ts';
export {
  type Change,
  compare,
  type PipelineSpec,
  type Problem,
  type StepSpec,
  type Trace,
} from './pipeline.rules.ts';
export { publishPipeline } from './publish-pipeline.ts';
export {
  currentPipeline,
  estimatedCosts,
  matchFigures,
  matchOf,
  openAlarms,
  pipelineDraft,
  pipelineVersion,
  readPipelineVersions,
  readReplay,
  readReplays,
  remoteHosts,
  replayedMatch,
  replayMatchPage,
  replayPageSize,
  sampleOf,
  waitingOrderIds,
} from './reads.ts';
export { releaseEngagement } from './release-engagement.ts';
export type { ReplayFigures } from './replay.rules.ts';
export { replayPage } from './replay-page.ts';
export { requestReplay } from './request-replay.ts';
export { restorePipeline } from './restore-pipeline.ts';
export { saveDraft } from './save-draft.ts';
export type { ReferenceSample } from './step.rules.ts';
export { stopReplay } from './stop-replay.ts';
export { watchMatching } from './watch-matching.ts';
