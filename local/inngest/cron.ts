import { createHash } from 'node:crypto';
import type { Core } from './core.ts';
import { createEvent, newId } from './event.ts';
import { type FunctionConfig, nextTick } from './function-config.ts';
import type { Job } from './job.ts';
import { takeEvents } from './start-runs.ts';

/** A tick this late was missed: no runner was there. */
const MISSED_MS = 60_000;

/** When the tick of a schedule after `from` is, and when it fires: a jitter later, the same for every runner. */
export function scheduleTick(
  fn: FunctionConfig,
  cron: string,
  from: Date,
): { at: Date; due_at: Date } | undefined {
  const at = nextTick(cron, from);
  if (!at) return undefined;
  const trigger = fn.triggers.find((each) => 'cron' in each && each.cron === cron);
  const jitterMs = (trigger && 'jitterMs' in trigger && trigger.jitterMs) || 0;
  const spread = createHash('sha1').update(`${fn.id} ${cron} ${at.toISOString()}`).digest().readUInt32BE();
  const wait = jitterMs > 1000 ? 1000 + (spread % (jitterMs - 1000)) : jitterMs;
  return { at, due_at: new Date(at.getTime() + wait) };
}

/**
 * A schedule's row is due: starts the run of that tick and moves the row to the next one, in one commit. After a time
 * away the missed ticks are thus made up by a single run, or by none; the key guards against the same tick twice.
 */
export async function fireCron(core: Core, job: Job): Promise<Job[]> {
  const fn = core.registry.get(job.function_id);
  const now = new Date();
  const tick = job.at ?? job.due_at;
  return core.sql.begin(async (tx) => {
    const following = fn && scheduleTick(fn, job.name, tick);
    const next =
      following && following.due_at < now ? scheduleTick(fn as FunctionConfig, job.name, now) : following;
    if (!fn || !next) {
      await tx`delete from queue where id = ${job.id}`;
      return [];
    }
    const moved = await tx`
      update queue set due_at = ${next.due_at}, at = ${next.at}, locked_by = null
      where id = ${job.id} and locked_by = ${core.runnerId} returning id`;
    if (moved.length === 0) return [];
    const waiting = { ...job, ...next, locked_by: null };
    if (core.missedTicks === 'skip' && now.getTime() - job.due_at.getTime() > MISSED_MS) return [waiting];
    const iso = (date: Date) => date.toISOString().replace('.000Z', 'Z');
    const data = { cron: job.name, fireAt: iso(job.due_at), scheduledAt: iso(tick) };
    const fields = { name: 'inngest/scheduled.timer', id: iso(tick), ts: job.due_at.getTime(), data };
    const event = createEvent(fields, newId(), now.getTime());
    return [...(await takeEvents(core, [event], { fn, key: `cron ${job.name} ${iso(tick)}` }, tx)), waiting];
  }) as Promise<Job[]>;
}
