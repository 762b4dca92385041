import type { Core } from './core.ts';
import { createEvent, newId } from './event.ts';
import { nextTick } from './function-config.ts';
import type { Job } from './job.ts';
import { takeEvents } from './start-runs.ts';

/**
 * A schedule's row is due: starts the run of that tick and moves the row to the next one after now, in one commit. After
 * a time away the missed ticks are thus made up by a single run; the key guards against the same tick twice.
 */
export async function fireCron(core: Core, job: Job): Promise<Job[]> {
  const fn = core.registry.get(job.functionId);
  const iso = new Date(job.dueAt).toISOString();
  return core.sql.begin(async (tx) => {
    const next = fn && nextTick(job.name, new Date(Math.max(Date.now(), job.dueAt)));
    if (!fn || !next) {
      await tx`delete from queue where id = ${job.id}`;
      return [];
    }
    const moved = await tx`
      update queue set due_at = ${next}, locked_by = null where id = ${job.id} and locked_by = ${core.runnerId} returning id`;
    if (moved.length === 0) return [];
    const data = { cron: job.name, fireAt: iso, scheduledAt: iso };
    const event = createEvent(
      { name: 'inngest/scheduled.timer', id: iso, ts: job.dueAt, data },
      newId(),
      job.dueAt,
    );
    const started = await takeEvents(core, [event], { fn, key: `cron ${job.name} ${iso}` }, tx);
    return [...started, { ...job, dueAt: next.getTime(), lockedBy: null }];
  }) as Promise<Job[]>;
}
