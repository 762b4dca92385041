export { concludeAudit } from './conclude-audit.ts';
export { auditConcluded } from './events.ts';
export { logContact } from './log-contact.ts';
export { moveHypothesis } from './move-hypothesis.ts';
export { openAudit } from './open-audit.ts';
export { auditDetails, auditQueue, hypothesisBacklog, openAuditCount } from './reads.ts';
