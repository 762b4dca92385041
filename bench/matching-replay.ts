import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type APIRequestContext, chromium as playwright } from 'playwright-core';
import postgres from 'postgres';
import { connect } from '#db/client.ts';
import { createCtx } from '#lib/kernel/ctx.ts';
import { currentPipeline, readReplay, requestReplay, saveDraft } from '#lib/matching/index.ts';
import type { BenchCtx, BenchResult } from '../local/bench.ts';
import { chromium } from '../local/chromium.ts';

const pagesBefore = 40;
const betweenPagesMs = 100;
const limitSeconds = 600;
/** Ours: nothing was promised. A page may take twice as long as before, on two cores that also run the browser. */
const goals = { replaySeconds: 120, pageTimesBefore: 2, progressSeen: 5, growthMb: 250 };

/**
 * `npm run bench -- matching-replay [orders] [workers]`: replays past orders (1,000 over 100,000 workers) against a draft in the
 * whole product, and asks meanwhile for the replay's own page and for the overview as a manager's browser does: how long the
 * replay takes, how long the pages take beside before, whether the progress is to be seen, and by how much the web process grows.
 */
export async function run({ instance, superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const [orderCount, workerCount] = [Number(args[0] ?? 1000), Number(args[1] ?? 100_000)];
  const fillUrl = new URL(superuserUrl);
  fillUrl.pathname = new URL(instance!.env.DATABASE_URL!).pathname;
  const fill = postgres(fillUrl.href, { max: 1, onnotice: () => {} });
  const { db, close } = connect(instance!.env.DATABASE_URL!);
  const { executablePath, args: flags, env } = chromium();
  const browser = await playwright.launch({
    executablePath,
    args: flags,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  try {
    await fill`
      insert into matching.samples (worker_id, name, characteristics, completed_count, failed_count, joined_at)
      select gen_random_uuid(), 'Cat ' || i, jsonb_build_object(
        'precision', (random() * 100)::int, 'strength', (random() * 100)::int, 'agility', (random() * 100)::int,
        'stealth', (random() * 100)::int, 'noise', (random() * 100)::int, 'patience', (random() * 100)::int),
        (random() * 200)::int, (random() * 10)::int, now() - interval '100 days'
      from generate_series(1, ${workerCount}::int) i`;
    // One past order each, so many of them with what was asked; the others are of before that was kept.
    await fill`
      insert into matching.engagements (order_id, worker_id, client_id, starts_at, ends_at, overbooked, taken_at, released_at, outcome)
      select gen_random_uuid(), worker_id, md5('client' || (random() * 1000)::int)::uuid, begun, begun + interval '30 minutes', false,
        begun - interval '2 hours', begun + interval '40 minutes', case when random() < 0.05 then 'failed' else 'completed' end
      from matching.samples
      cross join lateral (select now() - (random() * 10 + 0.1) * interval '1 day' as begun where worker_id is not null) b
      where name like 'Cat %'`;
    await fill`
      insert into matching.match_results (id, order_id, worker_id, cost_cents, trace, asked, matched_at)
      select gen_random_uuid(), order_id, worker_id, 10000,
        '{"version": "1", "steps": [], "top": [], "overbooked": false, "tookMs": 5}',
        case when row_number() over (order by order_id) <= ${orderCount} then jsonb_build_object('orderId', order_id,
          'clientId', client_id, 'serviceTypeId', null, 'startsAt', starts_at, 'endsAt', ends_at,
          'skills', '["precision", "patience"]'::jsonb, 'excludedWorkerId', null) end, taken_at
      from matching.engagements where client_id is not null
      on conflict do nothing`;
    await fill`analyze`;
    const [manager] = await fill<{ id: string }[]>`
      select id from identity.accounts where email = 'manager@mcf.example'`;
    const ctx = () => createCtx(db, { kind: 'account', id: manager!.id, roles: ['manager'] });
    const { version, spec } = await currentPipeline(ctx());
    const steps = spec.steps.map((each) =>
      each.type === 'skill' ? { ...each, weight: each.weight + 1 } : each,
    );
    await saveDraft(ctx(), { spec: { steps }, revision: 0, basedOnVersion: version });
    say(`${workerCount} workers, ${orderCount} past orders`);

    const context = await browser.newContext({ baseURL: instance!.urls.app, locale: 'en-US' });
    const page = await context.newPage();
    await page.goto('/sign-in');
    await page.getByLabel('E-mail').fill('manager@mcf.example');
    await page.getByLabel('Password').fill('free-the-cats');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));

    for (let i = 0; i < 5; i++) await timed(context.request, '/manage/matching/replays');
    const before: number[] = [];
    for (let i = 0; i < pagesBefore; i++) {
      before.push((await timed(context.request, i % 2 ? '/manage' : '/manage/matching/replays')).ms);
      await pause(betweenPagesMs);
    }
    const memory = () => residentMb(instance!.pid('web')!);
    const [memoryBefore, now] = [memory(), new Date()];
    let memoryMost = memoryBefore;
    const begun = performance.now();
    const { replayId } = await requestReplay(ctx(), {
      requestKey: `bench-${now.getTime()}`,
      from: new Date(now.getTime() - 12 * 86_400_000),
      to: now,
    });
    const during: number[] = [];
    const progress = new Set<string>();
    let replay = await readReplay(ctx(), replayId);
    for (let i = 0; replay?.state === 'running'; i++) {
      if (performance.now() - begun > limitSeconds * 1000) throw new Error('The replay does not end.');
      const { ms, text } = await timed(
        context.request,
        i % 2 ? '/manage' : `/manage/matching/replays/${replayId}`,
      );
      during.push(ms);
      memoryMost = Math.max(memoryMost, memory());
      const seen = /([\d,]+) of [\d,]+ orders/.exec(text)?.[1];
      if (seen) progress.add(seen);
      await pause(betweenPagesMs);
      replay = await readReplay(ctx(), replayId);
    }
    const replaySeconds = (performance.now() - begun) / 1000;
    const figures = {
      replaySeconds: Math.round(replaySeconds * 10) / 10,
      ordersPerSecond: Math.round((orderCount / replaySeconds) * 10) / 10,
      found: replay?.figures,
      progressSeen: progress.size,
      pageBeforeP50Ms: at(before, 0.5),
      pageBeforeP95Ms: at(before, 0.95),
      pageP50Ms: at(during, 0.5),
      pageP95Ms: at(during, 0.95),
      memoryBeforeMb: memoryBefore,
      growthMb: memoryMost - memoryBefore,
    };
    return {
      figures,
      goals,
      pass:
        replay?.figures?.orderCount === orderCount &&
        figures.replaySeconds < goals.replaySeconds &&
        figures.pageP95Ms < goals.pageTimesBefore * figures.pageBeforeP95Ms &&
        figures.progressSeen >= goals.progressSeen &&
        figures.growthMb < goals.growthMb,
    };
  } finally {
    await browser.close();
    await close();
    await fill.end();
  }
}

async function timed(request: APIRequestContext, path: string): Promise<{ ms: number; text: string }> {
  const begun = performance.now();
  const response = await request.get(path);
  const text = await response.text();
  if (!response.ok()) throw new Error(`${path}: ${response.status()}`);
  // React parts one text from the next by a comment.
  return { ms: performance.now() - begun, text: text.replaceAll('<!-- -->', '') };
}

/** Resident memory of a process; Linux only. */
function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function at(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(share * (sorted.length - 1))]! * 10) / 10;
}
