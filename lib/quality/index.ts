export { concludeAudit } from './conclude-audit.ts';
export { drawDailySample } from './draw-daily-sample.ts';
export { auditConcluded } from './events.ts';
export { logContact } from './log-contact.ts';
export { moveHypothesis } from './move-hypothesis.ts';
export { openAudit } from './open-audit.ts';
export { pickSamples } from './pick-samples.ts';
export {
  type Audit,
  auditDetails,
  auditQueue,
  type Hypothesis,
  hypothesisBacklog,
  openAuditCount,
} from './reads.ts';
