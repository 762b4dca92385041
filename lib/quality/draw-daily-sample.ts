import { Temporal } from 'temporal-polyfill';
import { type Ctx, requireRole } from '#lib/kernel/ctx.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import { transaction } from '#lib/kernel/transaction.ts';
import { drawSamples } from './draw-samples.ts';

/**
 * Draws the daily sample [US-190]: the share `audit_sample_percent` of the orders completed yesterday in the business
 * zone, rounded up. What has been audited of that day counts, so asked again it draws nothing more.
 */
export async function drawDailySample(ctx: Ctx): Promise<{ opened: number }> {
  requireRole(ctx, 'system');
  const [percent, timeZone] = [
    await readSetting(ctx, 'audit_sample_percent'),
    await readSetting(ctx, 'time_zone'),
  ];
  const today = Temporal.Instant.fromEpochMilliseconds(ctx.now.getTime())
    .toZonedDateTimeISO(timeZone)
    .startOfDay();
  const at = (day: Temporal.ZonedDateTime) => new Date(day.epochMilliseconds);
  const yesterday = { from: at(today.subtract({ days: 1 })), before: at(today) };
  return transaction(ctx, async (tx) => ({
    opened: await drawSamples(
      tx,
      yesterday,
      (orders, audited) => Math.ceil((orders * percent) / 100) - audited,
    ),
  }));
}
