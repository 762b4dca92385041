import { drawDailySample } from '#lib/quality/index.ts';
import { schedule } from './policy.ts';

/** Yesterday's sample [US-190]. Every hour, because the machine may be off at night; a day is drawn once. */
export const drawDailySamplePolicy = schedule(
  { id: 'draw-daily-sample', cron: '12 * * * *', concurrency: { limit: 1 } },
  ({ act }) => act('draw', drawDailySample),
);
