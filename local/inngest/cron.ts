import type { Core } from './core.ts';
import { createEvent } from './event.ts';
import type { Job } from './job.ts';
import { scheduleTick } from './registry.ts';
import { takeEvents } from './start-runs.ts';

/** A tick this late was missed: no runner was there. */
const MISSED_MS = 60_000;

/**
 * A schedule's row is due: starts the run of that tick and moves the row to the next one, in one commit. After a time
 * away the missed ticks are thus made up by a single run, or by none; the key guards against the same tick twice.
 */
export async function fireCron(core: Core, job: Job): Promise<Job[]> {
  const fn = core.registry.get(job.function_id);
  const now = new Date();
  const tick = job.at ?? job.due_at;
  const following = fn && scheduleTick(fn, job.name, tick);
  const next = following && following.due_at < now ? scheduleTick(fn, job.name, now) : following;
  if (!next || !fn) return core.sql<Job[]>`delete from queue where id = ${job.id}`;
  return core.sql.begin(async (tx) => {
    const { count } = await tx`
      update queue set due_at = ${next.due_at}, at = ${next.at}, locked_by = null
      where id = ${job.id} and locked_by = ${core.runnerId}`;
    if (count === 0) return [];
    const waiting = { ...job, ...next, locked_by: null };
    if (core.missedTicks === 'skip' && now.getTime() - job.due_at.getTime() > MISSED_MS) return [waiting];
    const iso = (date: Date) => date.toISOString().replace('.000Z', 'Z');
    const data = { cron: job.name, fireAt: iso(job.due_at), scheduledAt: iso(tick) };
    const event = createEvent({
      ...{ name: 'inngest/scheduled.timer', id: iso(tick), ts: job.due_at.getTime(), data },
    });
    return [...(await takeEvents(core, [event], { fn, key: `cron ${job.name} ${iso(tick)}` }, tx)), waiting];
  }) as Promise<Job[]>;
}
