import { assessSample } from '#lib/matching/index.ts';
import { auditConcluded } from '#lib/quality/index.ts';
import { policy } from './policy.ts';

/** An audit that found out what the worker can do changes its characteristics, and makes it fresh again. */
export const assessAuditedWorker = policy(
  { id: 'assess-audited-worker', on: auditConcluded },
  async ({ data, act }) => {
    const { auditId, workerId, characteristics, concludedAt } = data;
    if (workerId === null || !concludedAt || Object.keys(characteristics).length === 0) return;
    await act('assess', (ctx) =>
      assessSample(ctx, { workerId, characteristics, assessedAt: concludedAt, why: `audit ${auditId}` }),
    );
  },
);
