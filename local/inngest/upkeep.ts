import { setTimeout as pause } from 'node:timers/promises';
import { signatureOf } from './call-app.ts';
import { atomically, type Core } from './core.ts';
import type { Job } from './database.ts';
import { createEvent } from './event.ts';
import { post } from './post.ts';
import { canonicalJson } from './protocol.ts';
import { scheduleTick } from './registry.ts';
import { takeEvents } from './start-runs.ts';

/** Asks the app to register its functions until it does; `again` when a call did not reach it. */
export function keepSyncing(core: Core) {
  const { appUrl = '', dev } = core;
  const stopped = new AbortController();
  let busy = !appUrl;

  async function again(): Promise<void> {
    if (busy) return;
    busy = true;
    const body = canonicalJson({ url: appUrl });
    const kind = { 'content-type': 'application/json', 'x-inngest-server-kind': dev ? 'dev' : 'cloud' };
    let said = '';
    for (let waitMs = 200; !stopped.signal.aborted; waitMs = Math.min(waitMs * 2, 5000)) {
      const headers = { ...kind, ...signatureOf(core, body) };
      const limits = { timeoutMs: 30_000, maxBytes: 1_000_000 };
      const answer = await post(new URL(appUrl), { method: 'PUT', headers, body, ...limits });
      const message = 'failure' in answer ? answer.failure : `${answer.status} ${answer.body.slice(0, 500)}`;
      if (/^200 .*"Successfully registered"/s.test(message)) {
        core.log('info', 'synced with the app', { appUrl });
        break;
      }
      // The same complaint once: the app may be down for an hour.
      if (message !== said && !stopped.signal.aborted)
        core.log('warn', 'the app could not be synced; trying again', { appUrl, answer: message });
      said = message;
      await pause(waitMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
    busy = false;
  }
  void again();
  return { again, stop: () => stopped.abort() };
}

const AT_ONCE = 2000;

/** Deletes ended runs with their steps, and events that no open run needs, when they are too old. Gives what stops it. */
export function keepPruning({ sql, keepHistoryMs, log }: Core): () => void {
  const prune = async () => {
    const before = new Date(Date.now() - keepHistoryMs);
    const oldRuns = () => sql`
      with old as (delete from runs where id in (select id from runs where ended_at < ${before} limit ${AT_ONCE}) returning id),
      gone as (delete from steps where run_id in (select id from old)) select from old`;
    const oldEvents = () => sql`
      delete from events where id in (
        select id from events where received_at < ${before}
        and id not in (select unnest(event_ids) from runs where ended_at is null)
        and id not in (select unnest(events) from queue where events is not null) limit ${AT_ONCE})`;
    for (const remove of [oldRuns, oldEvents]) while ((await remove()).count === AT_ONCE);
    await sql`delete from deduplications where expires_at < now()`;
    await sql`delete from rates where tat < ${Date.now()}`;
  };
  const failed = (error: unknown) => log('warn', 'pruning failed', { error: String(error) });
  const everyMs = Math.min(3600_000, Math.max(keepHistoryMs / 4, 1000));
  const timer = setInterval(() => prune().catch(failed), everyMs);
  return () => clearInterval(timer);
}

/** A schedule's row is due: starts the run of that tick and moves the row on, so that missed ticks are made up by one run. */
export async function fireCron(core: Core, job: Job): Promise<Job[]> {
  const fn = core.registry.get(job.function_id);
  const now = new Date();
  const tick = job.at ?? job.due_at;
  const following = fn && scheduleTick(fn, job.name, tick);
  const next = following && following.due_at < now ? scheduleTick(fn, job.name, now) : following;
  if (!next || !fn) return core.sql<Job[]>`delete from queue where id = ${job.id}`;
  return atomically(core, async (core) => {
    const { count } = await core.sql`
      update queue set due_at = ${next.due_at}, at = ${next.at}, locked_by = null
      where id = ${job.id} and locked_by = ${core.runnerId}`;
    if (count === 0) return [];
    const waiting = { ...job, ...next, locked_by: null };
    const missed = now.getTime() - job.due_at.getTime() > 60_000;
    if (missed && core.missedTicks === 'skip') return [waiting];
    const iso = (date: Date) => date.toISOString().replace('.000Z', 'Z');
    const data = { cron: job.name, fireAt: iso(job.due_at), scheduledAt: iso(tick) };
    const [name, ts] = ['inngest/scheduled.timer', job.due_at.getTime()];
    const event = createEvent({ name, id: iso(tick), ts, data });
    return [...(await takeEvents(core, [event], { fn, key: `cron ${job.name} ${iso(tick)}` })), waiting];
  });
}
