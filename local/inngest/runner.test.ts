import { type FailureEventArgs, NonRetriableError, RetryAfterError, type step as stepTools } from 'inngest';
import postgres from 'postgres';
import { afterEach, describe, expect, test } from 'vitest';
import { ended, eventKey, eventually, runsOf, signingKey, startApp, startPair } from './testing.ts';

const open: { close(): Promise<void> }[] = [];
type Options = Parameters<typeof startPair>[1];
async function pair(build: Parameters<typeof startPair>[0], options?: Options) {
  const made = await startPair(build, options);
  open.push(made.app, { close: () => made.runner.close(0) });
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const post = (url: string, body: unknown, key = eventKey) =>
  fetch(`${url}/e/${key}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

describe.each([
  ['checkpointing', true],
  ['classic', false],
])('steps, %s', (_name, checkpointing) => {
  test('sequential steps run once each and give their results on', async () => {
    const ran: string[] = [];
    const { runner, client, app } = await pair(
      (c) => [
        c.createFunction({ id: 'seq', triggers: [{ event: 'a/seq' }] }, async ({ event, step }) => {
          const a = await step.run('first', () => ran.push('first') && { n: event.data.n + 1 });
          const b = await step.run('second', () => ran.push('second') && a.n * 10);
          return { a, b };
        }),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/seq', data: { n: 1 } });
    const [run] = await ended(runner, 'app-seq');
    expect(run).toMatchObject({ status: 'completed', output: { a: { n: 2 }, b: 20 }, open: [] });
    expect(run?.steps.map((step) => step.name)).toEqual(['first', 'second']);
    expect(ran).toEqual(['first', 'second']);
    expect(app.calls.length).toBe(checkpointing ? 1 : 3);
  });

  test('sleep and sleepUntil wait as long as asked, and a past date does not', async () => {
    const { runner, client } = await pair(
      (c) => [
        c.createFunction({ id: 'nap', triggers: [{ event: 'a/nap' }] }, async ({ step }) => {
          await step.sleepUntil('past', new Date(Date.now() - 1000));
          const from = await step.run('before', () => Date.now());
          await step.sleep('nap', '1s');
          return (await step.run('after', () => Date.now())) - from;
        }),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/nap', data: {} });
    const [run] = await ended(runner, 'app-nap');
    expect(run?.output).toBeGreaterThanOrEqual(1000);
    // Not the moment (a loaded machine is late), but that it was this sleep and no backoff or hour.
    expect(run?.output).toBeLessThan(10_000);
  });

  test('waitForEvent takes the first event that matches, and null when the time is over', async () => {
    const { runner, client } = await pair(
      (c) => [
        c.createFunction({ id: 'wait', triggers: [{ event: 'a/wait' }] }, async ({ step }) => {
          const yes = await step.waitForEvent('yes', {
            event: 'a/answer',
            timeout: '10s',
            if: 'event.data.id == async.data.id && async.data.ok == true',
          });
          const no = await step.waitForEvent('no', { event: 'a/never', timeout: '1s' });
          return { yes: yes?.data, no };
        }),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/wait', data: { id: 'X' } });
    await eventually('the wait is open', async () =>
      (await runsOf(runner))[0]?.open.some((job) => job.kind === 'wait'),
    );
    await client.send({ name: 'a/answer', data: { id: 'other', ok: true } });
    await client.send({ name: 'a/answer', data: { id: 'X', ok: false } });
    expect((await runsOf(runner))[0]?.status).toBe('running');
    await client.send({ name: 'a/answer', data: { id: 'X', ok: true } });
    const [run] = await ended(runner, 'app-wait');
    expect(run?.output).toEqual({ yes: { id: 'X', ok: true }, no: null });
  });

  test('parallel steps are each called once and joined once', async () => {
    const ran: string[] = [];
    const { runner, client, app } = await pair(
      (c) => [
        c.createFunction({ id: 'par', triggers: [{ event: 'a/par' }] }, async ({ step }) => {
          const [a, b, , w] = await Promise.all([
            step.run('a', () => ran.push('a') && 'A'),
            step.run('b', () => ran.push('b') && 'B'),
            step.sleep('z', '1s'),
            step.waitForEvent('w', { event: 'a/par.done', timeout: '5s' }),
          ]);
          return [a, b, w?.data.n, await step.run('after', () => a + b)];
        }),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/par', data: {} });
    await eventually('only the wait is open', async () => (await runsOf(runner))[0]?.steps.length === 3);
    await client.send({ name: 'a/par.done', data: { n: 7 } });
    const [run] = await ended(runner, 'app-par');
    expect(run).toMatchObject({ status: 'completed', output: ['A', 'B', 7, 'AB'] });
    expect(ran.toSorted()).toEqual(['a', 'b']);
    expect(app.calls.filter((call) => call.stepId === 'step').length).toBe(checkpointing ? 2 : 3);
  });

  test('a failing step is retried until it works; results before it are kept', async () => {
    let before = 0;
    const { runner, client } = await pair(
      (c) => [
        c.createFunction(
          { id: 'flaky', retries: 2, triggers: [{ event: 'a/flaky' }] },
          async ({ step, attempt }) => {
            await step.run('before', () => ++before);
            const ok = await step.run('flaky', () => {
              if (attempt < 2) throw new Error('not yet');
              return attempt;
            });
            return { ok, last: await step.run('after', () => attempt) };
          },
        ),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/flaky', data: {} });
    const [run] = await ended(runner, 'app-flaky');
    expect(run?.output).toEqual({ ok: 2, last: 0 });
    expect(before).toBe(1);
  });

  test('a step that failed for good can be caught and compensated', async () => {
    const { runner, client } = await pair(
      (c) => [
        c.createFunction(
          { id: 'caught', retries: 1, triggers: [{ event: 'a/caught' }] },
          async ({ step }) => {
            try {
              await step.run('bad', () => {
                throw new RangeError('always');
              });
            } catch (error) {
              return { caught: (error as Error).message, undo: await step.run('undo', () => 'undone') };
            }
          },
        ),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/caught', data: {} });
    const [run] = await ended(runner, 'app-caught');
    expect(run).toMatchObject({ status: 'completed', output: { caught: 'always', undo: 'undone' } });
  });

  test('sendEvent starts the other function once and its ids are the step result', async () => {
    const { runner, client } = await pair(
      (c) => [
        c.createFunction({ id: 'parent', triggers: [{ event: 'a/parent' }] }, async ({ step }) => {
          return (await step.sendEvent('tell', { name: 'a/child', data: { from: 'parent' } })).ids;
        }),
        c.createFunction({ id: 'child', triggers: [{ event: 'a/child' }] }, async ({ event }) => [
          event.data.from,
          event.id,
        ]),
      ],
      { checkpointing },
    );
    await client.send({ name: 'a/parent', data: {} });
    const [parent] = await ended(runner, 'app-parent');
    const children = await ended(runner, 'app-child');
    const [told] = (parent?.output ?? []) as string[];
    expect(children.map((run) => run.output)).toEqual([['parent', told]]);
  });

  test('invoke gives the result of the other function, its error, or a timeout', async () => {
    const { runner, client } = await pair(
      (c) => {
        const double = c.createFunction({ id: 'double', triggers: [] }, async ({ event, step }) =>
          step.run('double', () => (event.data as unknown as { n: number }).n * 2),
        );
        const fails = c.createFunction({ id: 'fails', retries: 0, triggers: [] }, async () => {
          throw new Error('exploded');
        });
        const slow = c.createFunction({ id: 'slow', triggers: [] }, async ({ step }) =>
          step.sleep('long', '1h'),
        );
        const invoke = c.createFunction(
          { id: 'invoke', triggers: [{ event: 'a/invoke' }] },
          async ({ step }) => {
            const message = (error: Error) => error.message;
            return [
              await step.invoke('one', { function: double, data: { n: 21 } }),
              await step.invoke('two', { function: fails, data: {} }).catch(message),
              await step.invoke('three', { function: slow, data: {}, timeout: '1s' }).catch(message),
            ];
          },
        );
        return [double, fails, slow, invoke];
      },
      { checkpointing },
    );
    await client.send({ name: 'a/invoke', data: {} });
    const [run] = await ended(runner, 'app-invoke');
    expect(run?.output).toEqual([42, 'exploded', 'Timed out waiting for invoked function to complete']);
  });
});

test('waitForSignal is woken by sendSignal, and by nothing when nobody waits', async () => {
  const { runner, client } = await pair((c) => [
    c.createFunction({ id: 'await', triggers: [{ event: 'a/await' }] }, async ({ step }) =>
      step.waitForSignal('wait', { signal: 'go', timeout: '10s', onConflict: 'fail' }),
    ),
    c.createFunction({ id: 'give', triggers: [{ event: 'a/give' }] }, async ({ step }) => {
      await step.sendSignal('give', { signal: 'go', data: { n: 1 } });
    }),
  ]);
  await client.send({ name: 'a/await', data: {} });
  await eventually('it waits', async () => (await runsOf(runner))[0]?.open[0]?.kind === 'signal');
  await client.send({ name: 'a/give', data: {} });
  expect((await ended(runner, 'app-await'))[0]?.output).toEqual({ signal: 'go', data: { n: 1 } });
  const nobody = await fetch(`${runner.url}/v1/signals`, { method: 'POST', body: '{"signal":"go"}' });
  expect(nobody.status).toBe(404);
});

describe('failures', () => {
  test('NonRetriableError fails at once and onFailure hears of it, once', async () => {
    let tries = 0;
    const handled: unknown[] = [];
    const { runner, client } = await pair((c) => [
      c.createFunction(
        {
          id: 'fatal',
          triggers: [{ event: 'a/fatal' }],
          onFailure: async ({ event, error, step }: FailureEventArgs & { step: typeof stepTools }) => {
            await step.run('record', () =>
              handled.push([error.message, event.data.event.data, event.data.run_id]),
            );
          },
        },
        async () => {
          tries++;
          throw new NonRetriableError('never again');
        },
      ),
    ]);
    await client.send({ name: 'a/fatal', data: { n: 1 } });
    const [run] = await ended(runner, 'app-fatal');
    expect(run).toMatchObject({ status: 'failed', error: { message: 'never again' } });
    await ended(runner, 'app-fatal-failure');
    expect(tries).toBe(1);
    expect(handled).toEqual([['never again', { n: 1 }, run?.id]]);
  });

  test('after the last attempt the run fails with the error of that attempt', async () => {
    let tries = 0;
    const { runner, client } = await pair((c) => [
      c.createFunction({ id: 'doomed', retries: 2, triggers: [{ event: 'a/doomed' }] }, async () => {
        throw new Error(`try ${++tries}`);
      }),
    ]);
    await client.send({ name: 'a/doomed', data: {} });
    const [run] = await ended(runner, 'app-doomed');
    expect(run).toMatchObject({ status: 'failed', error: { message: 'try 3' } });
  });

  test('RetryAfterError is waited for, whatever the backoff', async () => {
    const at: number[] = [];
    const { runner, client } = await pair((c) => [
      c.createFunction({ id: 'later', triggers: [{ event: 'a/later' }] }, async ({ attempt }) => {
        at.push(Date.now());
        if (attempt === 0) throw new RetryAfterError('later', new Date(Date.now() + 1500));
        return attempt;
      }),
    ]);
    await client.send({ name: 'a/later', data: {} });
    expect((await ended(runner, 'app-later'))[0]?.output).toBe(1);
    expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(1300);
  });

  test('an app that is away uses up attempts, then the run goes on; the functions need no new sync', async () => {
    const { runner, client, app } = await pair(
      (c) => [
        c.createFunction(
          { id: 'away', retries: 10, triggers: [{ event: 'a/away' }] },
          async ({ attempt }) => attempt,
        ),
      ],
      { backoffMs: () => 100 },
    );
    await app.close();
    await client.send({ name: 'a/away', data: {} });
    await eventually('an attempt failed', async () => (await runsOf(runner))[0]?.open[0]?.attempt);
    const functions = [
      client.createFunction(
        { id: 'away', retries: 10, triggers: [{ event: 'a/away' }] },
        async ({ attempt }) => attempt,
      ),
    ];
    open.push(await startApp(client, functions, app.port));
    expect((await ended(runner, 'app-away'))[0]?.output).toBeGreaterThan(0);
  });

  test('finished, failed and cancelled runs are told to functions that listen', async () => {
    const heard: unknown[] = [];
    const { runner, client } = await pair((c) => [
      c.createFunction({ id: 'ok', triggers: [{ event: 'a/ok' }] }, async () => 42),
      c.createFunction({ id: 'bad', retries: 0, triggers: [{ event: 'a/bad' }] }, async () => {
        throw new Error('bad');
      }),
      c.createFunction(
        { id: 'listen', triggers: [{ event: 'inngest/function.finished' }] },
        async ({ event }) => {
          if (event.data.function_id !== 'app-listen')
            heard.push([event.data.function_id, event.data.result?.message ?? event.data.result]);
        },
      ),
    ]);
    await client.send([
      { name: 'a/ok', data: {} },
      { name: 'a/bad', data: {} },
    ]);
    await ended(runner, 'app-listen', 2);
    expect(heard.toSorted()).toEqual([
      ['app-bad', 'bad'],
      ['app-ok', 42],
    ]);
  });
});

describe('flow control', () => {
  test('cancelOn cancels only the runs that match, and nothing is called after it', async () => {
    const { runner, client, app } = await pair((c) => [
      c.createFunction(
        {
          id: 'cancel',
          triggers: [{ event: 'a/cancel' }],
          cancelOn: [{ event: 'a/stop', match: 'data.id' }],
        },
        async ({ step }) => {
          await step.sleep('long', '2s');
          return 'done';
        },
      ),
    ]);
    await client.send([
      { name: 'a/cancel', data: { id: 1 } },
      { name: 'a/cancel', data: { id: 2 } },
    ]);
    await eventually(
      'both sleep',
      async () => (await runsOf(runner)).filter((run) => run.open[0]?.kind === 'sleep').length === 2,
    );
    await client.send({ name: 'a/stop', data: { id: 1 } });
    const runs = await ended(runner, 'app-cancel', 2);
    expect(runs.map((run) => run.status).toSorted()).toEqual(['cancelled', 'completed']);
    expect(app.calls.length).toBe(3);
  });

  test('cancelOn hears all names below a part of one, and no longer than its timeout', async () => {
    const { runner, client } = await pair((c) => [
      c.createFunction(
        {
          id: 'all',
          triggers: [{ event: 'a/cancel' }],
          cancelOn: [{ event: 'a/stop.*', if: 'async.data.id == event.data.id && async.data.sure == true' }],
        },
        async ({ step }) => step.sleep('long', '1h'),
      ),
      c.createFunction(
        {
          id: 'briefly',
          triggers: [{ event: 'a/cancel' }],
          cancelOn: [{ event: 'a/stop.now', timeout: '1s' }],
        },
        async ({ step }) => step.sleep('nap', '2s'),
      ),
    ]);
    await client.send({ name: 'a/cancel', data: { id: 'x' } });
    await eventually(
      'both sleep',
      async () => (await runsOf(runner)).filter((run) => run.open[0]?.kind === 'sleep').length === 2,
    );
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await client.send({ name: 'a/stop.now', data: { id: 'x', sure: false } });
    expect((await ended(runner, 'app-briefly'))[0]?.status).toBe('completed');
    expect((await runsOf(runner, '&function=app-all'))[0]?.status).toBe('running');
    await client.send({ name: 'a/stop.now', data: { id: 'x', sure: true } });
    expect((await ended(runner, 'app-all'))[0]?.status).toBe('cancelled');
  });

  test('with concurrency 1 by key, runs of one key never overlap and other keys go beside', async () => {
    const running = new Map<string, number>();
    let overlap = 0;
    let most = 0;
    const { runner, client } = await pair(
      (c) => [
        c.createFunction(
          { id: 'key', triggers: [{ event: 'a/key' }], concurrency: { limit: 1, key: 'event.data.k' } },
          async ({ event, step }) => {
            for (const name of ['one', 'two']) {
              await step.run(name, async () => {
                const now = (running.get(event.data.k) ?? 0) + 1;
                running.set(event.data.k, now);
                overlap = Math.max(overlap, now);
                most = Math.max(
                  most,
                  [...running.values()].reduce((a, b) => a + b, 0),
                );
                await new Promise((resolve) => setTimeout(resolve, 30));
                running.set(event.data.k, (running.get(event.data.k) as number) - 1);
              });
            }
          },
        ),
      ],
      { checkpointing: false },
    );
    await client.send(Array.from({ length: 12 }, (_, i) => ({ name: 'a/key', data: { k: `k${i % 3}` } })));
    await ended(runner, 'app-key', 12);
    expect(overlap).toBe(1);
    expect(most).toBeGreaterThan(1);
  });

  test('two limits hold together: a total and one per key', async () => {
    const { runner, client, app } = await pair((c) => [
      c.createFunction(
        {
          id: 'total',
          triggers: [{ event: 'a/total' }],
          concurrency: [{ limit: 2 }, { limit: 1, key: 'event.data.k' }],
        },
        async () => new Promise((resolve) => setTimeout(resolve, 40)),
      ),
    ]);
    await client.send(Array.from({ length: 10 }, (_, i) => ({ name: 'a/total', data: { k: i % 5 } })));
    await ended(runner, 'app-total', 10);
    expect(app.mostOpen()).toBe(2);
  });

  test('idempotency: one run per key value; the same event id: one run', async () => {
    const { runner, client } = await pair((c) => [
      c.createFunction(
        { id: 'idem', triggers: [{ event: 'a/idem' }], idempotency: 'event.data.order' },
        async ({ event }) => event.data.order,
      ),
      c.createFunction({ id: 'plain', triggers: [{ event: 'a/idem' }] }, async () => 1),
    ]);
    await client.send([
      { name: 'a/idem', data: { order: 'A' } },
      { name: 'a/idem', data: { order: 'A' } },
      { name: 'a/idem', id: 'same', data: { order: 'B' } },
    ]);
    const again = await client.send({ name: 'a/idem', id: 'same', data: { order: 'C' } });
    expect(again.ids[0]).not.toBe('same');
    await ended(runner, 'app-plain', 3);
    const runs = await ended(runner, 'app-idem', 2);
    expect(runs.map((run) => run.output).toSorted()).toEqual(['A', 'B']);
    expect((await runsOf(runner)).length).toBe(5);
  });

  test('cron runs at its tick with the event of the tick', async () => {
    const { runner } = await pair((c) => [
      c.createFunction(
        { id: 'tick', triggers: [{ cron: 'TZ=Europe/Berlin */1 * * * * *' }] },
        async ({ event }) => event,
      ),
    ]);
    const [run, second] = await ended(runner, 'app-tick', 2);
    const event = run?.output as {
      name: string;
      id: string;
      ts: number;
      data: { cron: string; fireAt: string };
    };
    expect(event).toMatchObject({
      name: 'inngest/scheduled.timer',
      data: { cron: 'TZ=Europe/Berlin */1 * * * * *' },
    });
    expect(new Date(event.id).getTime()).toBe(event.ts);
    expect(event.ts % 1000).toBe(0);
    expect(second?.output).not.toMatchObject({ id: event.id });
  });

  test('a tick missed while no runner was there runs once', async () => {
    const { runner, databaseUrl, start, client } = await pair((c) => [
      c.createFunction(
        { id: 'daily', triggers: [{ cron: 'TZ=UTC 0 4 * * *' }] },
        async ({ event }) => event.data,
      ),
    ]);
    await runner.close(0);
    const { default: postgres } = await import('postgres');
    const sql = postgres(databaseUrl, { max: 1 });
    await sql`update inngest_runner.queue set due_at = date_trunc('day', now()) - interval '3 days' where kind = 'cron'`;
    await sql.end();
    const second = await start(0);
    open.push({ close: () => second.close(0) });
    await ended(second, 'app-daily');
    const [row] = await fetch(`${second.url}/api/runs`).then(
      async (r) => ((await r.json()) as { runs: unknown[] }).runs,
    );
    expect(row).toMatchObject({ status: 'completed', output: { cron: 'TZ=UTC 0 4 * * *' } });
    expect((await runsOf(second)).length).toBe(1);
    expect(client.id).toBe('app');
  });
});

describe('flow control of starts', () => {
  type Fields = Record<string, unknown>;
  /** One function with these options that gives its event's data back. */
  const one = (
    fields: Fields,
    handler?: (arg: { event: { data: Fields }; events: { data: Fields }[] }) => unknown,
  ) =>
    pair((c) => [
      c.createFunction(
        { id: 'flow', triggers: [{ event: 'a/flow' }], ...fields } as never,
        (handler ?? (async ({ event }: { event: { data: Fields } }) => event.data)) as never,
      ),
    ]);
  const send = (client: { send(events: unknown): Promise<unknown> }, ...data: Fields[]) =>
    client.send(data.map((each) => ({ name: 'a/flow', data: each })));
  const outputs = (runs: { output: unknown }[]) => runs.map((run) => run.output);

  test('debounce: one run with the last event of each key, once it has been quiet for the period', async () => {
    const { runner, client } = await one({ debounce: { period: '1s', key: 'event.data.k' } });
    const began = Date.now();
    await send(client, { k: 'a', n: 1 }, { k: 'b', n: 1 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await send(client, { k: 'a', n: 2 }, { k: 'a', n: 3 });
    await ended(runner, 'app-flow', 2);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1500);
    expect(outputs(await runsOf(runner)).toSorted(byText)).toEqual([
      { k: 'a', n: 3 },
      { k: 'b', n: 1 },
    ]);
  });

  test('debounce: however many events come, the run is put off no longer than the timeout', async () => {
    const { runner, client } = await one({ debounce: { period: '2s', timeout: '3s' } });
    const began = Date.now();
    const sent: Promise<unknown>[] = [];
    const sending = setInterval(() => sent.push(send(client, { n: 1 })), 300);
    const [run] = await ended(runner, 'app-flow').finally(() => clearInterval(sending));
    await Promise.all(sent);
    expect(new Date(run?.startedAt ?? 0).getTime() - began).toBeGreaterThan(2500);
  });

  test('throttle: starts are spread over the period, a burst on top, and nothing is dropped', async () => {
    const { runner, client } = await one({
      throttle: { limit: 2, period: '2s', burst: 1, key: 'event.data.k' },
    });
    await send(client, ...[1, 2, 3, 4].map((n) => ({ k: 'a', n })), { k: 'b', n: 1 });
    const times: number[] = [];
    const seen = new Set<string>();
    await eventually('all done', async () => {
      const runs = (await runsOf(runner)).filter((run) => run.endedAt);
      for (const run of runs) {
        if (seen.has(run.id)) continue;
        seen.add(run.id);
        if ((run.output as Fields).k === 'a') times.push(new Date(run.endedAt as string).getTime());
      }
      return seen.size === 5;
    });
    times.sort((a, b) => a - b);
    const [first = 0, , third = 0, fourth = 0] = times;
    expect(third - first).toBeGreaterThan(800);
    expect(fourth - first).toBeGreaterThan(1800);
  });

  test('rateLimit: what comes above the limit is dropped, by key, and an invoker is told', async () => {
    const { runner, client } = await pair((c) => {
      const limited = c.createFunction(
        {
          id: 'limited',
          triggers: [{ event: 'a/limited' }],
          rateLimit: { limit: 1, period: '1h', key: 'event.data.k' },
        },
        async ({ event }) => event.data,
      );
      const invoker = c.createFunction(
        { id: 'invoker', triggers: [{ event: 'a/invoker' }] },
        async ({ step }) =>
          step.invoke('call', { function: limited, data: { k: 'a' } }).catch((error: Error) => error.message),
      );
      return [limited, invoker];
    });
    await client.send(['a', 'a', 'b'].map((k) => ({ name: 'a/limited', data: { k } })));
    await ended(runner, 'app-limited', 2);
    await client.send({ name: 'a/limited', data: { k: 'a' } });
    await client.send({ name: 'a/invoker', data: {} });
    const [run] = await ended(runner, 'app-invoker');
    expect(run?.output).toBe('invoked function is rate limited');
    expect((await runsOf(runner, '&function=app-limited')).length).toBe(2);
  });

  test('batchEvents: a run when the batch is full or its time is over; an event that may not be batched runs alone', async () => {
    const { runner, client } = await one(
      { batchEvents: { maxSize: 3, timeout: '1s', key: 'event.data.k', if: 'event.data.n < 100' } },
      async ({ events }) => events.map(({ data }) => `${data.k}${data.n}`),
    );
    await send(client, { k: 'a', n: 1 }, { k: 'a', n: 2 }, { k: 'b', n: 1 }, { k: 'a', n: 100 });
    await ended(runner, 'app-flow', 1);
    await send(client, { k: 'a', n: 3 }, { k: 'a', n: 4 });
    await ended(runner, 'app-flow', 4);
    expect(
      outputs(await runsOf(runner))
        .map(String)
        .toSorted(),
    ).toEqual(['a1,a2,a3', 'a100', 'a4', 'b1']);
  });

  test('events held back outlive the runner', async () => {
    const { runner, client, start } = await one(
      { batchEvents: { maxSize: 3, timeout: '1s' } },
      async ({ events }) => events.map(({ data }) => data.n),
    );
    await send(client, { n: 1 }, { n: 2 });
    await runner.close(0);
    const second = await start(runner.port);
    open.push({ close: () => second.close(0) });
    expect((await ended(second, 'app-flow'))[0]?.output).toEqual([1, 2]);
  });

  test.each(['skip', 'cancel'] as const)('singleton, %s: one run at a time for each key', async (mode) => {
    const { runner, client } = await pair((c) => [
      c.createFunction(
        { id: 'flow', triggers: [{ event: 'a/flow' }], singleton: { mode, key: 'event.data.k' } },
        async ({ event, step }) => {
          await step.sleep('hold', '1s');
          return `${event.data.k}${event.data.n}`;
        },
      ),
    ]);
    await send(client, { k: 'a', n: 1 }, { k: 'b', n: 1 });
    await eventually('both sleep', async () =>
      (await runsOf(runner)).every((run) => run.open[0]?.kind === 'sleep'),
    );
    await send(client, { k: 'a', n: 2 });
    const runs = await ended(runner, 'app-flow', mode === 'skip' ? 2 : 3);
    expect(runs.map((run) => run.output ?? run.status).toSorted()).toEqual(
      mode === 'skip' ? ['a1', 'b1'] : ['a2', 'b1', 'cancelled'],
    );
    await send(client, { k: 'a', n: 3 });
    await eventually('free again', async () => (await runsOf(runner)).some((run) => run.output === 'a3'));
  });

  test('priority: what waits for a slot starts in the order of its priority', async () => {
    const order: unknown[] = [];
    const { runner, client } = await one(
      { concurrency: 1, priority: { run: 'event.data.p' } },
      async ({ event }) => {
        order.push(event.data.n);
        await new Promise((resolve) => setTimeout(resolve, order.length === 1 ? 300 : 1));
      },
    );
    await send(client, { n: 'first', p: 0 });
    await eventually('it runs', async () => order.length === 1);
    await send(client, { n: 'late', p: -50 }, { n: 'plain', p: 0 }, { n: 'urgent', p: 200 });
    await ended(runner, 'app-flow', 4);
    expect(order).toEqual(['first', 'urgent', 'plain', 'late']);
  });

  test('timeouts: cancelled when not started in time, or not finished; a call under way may still finish', async () => {
    const { runner, client } = await pair((c) => [
      c.createFunction(
        { id: 'start', triggers: [{ event: 'a/t' }], concurrency: 1, timeouts: { start: '500ms' } as never },
        async () => new Promise((resolve) => setTimeout(resolve, 1000)),
      ),
      c.createFunction(
        { id: 'finish', triggers: [{ event: 'a/u' }], timeouts: { finish: '1s' } },
        async ({ step }) => step.sleep('long', '1h'),
      ),
      c.createFunction(
        { id: 'last', triggers: [{ event: 'a/u' }], timeouts: { finish: '1s' } },
        async () => new Promise((resolve) => setTimeout(() => resolve('done'), 1500)),
      ),
    ]);
    await client.send([{ name: 'a/t' }, { name: 'a/t' }, { name: 'a/u' }]);
    const status = async (fn: string, count = 1) =>
      (await ended(runner, fn, count)).map((run) => run.status).toSorted();
    expect(await status('app-start', 2)).toEqual(['cancelled', 'completed']);
    expect(await status('app-finish')).toEqual(['cancelled']);
    expect(await status('app-last')).toEqual(['completed']);
  });

  test('a function over its time in the middle of a call is cancelled when that call asks for more', async () => {
    let after = 0;
    const { runner, client } = await pair(
      (c) => [
        c.createFunction(
          { id: 'over', triggers: [{ event: 'a/over' }], timeouts: { finish: '1s' } },
          async ({ step }) => {
            await step.run('slow', () => new Promise((resolve) => setTimeout(resolve, 4000)));
            await step.run('after', () => ++after);
          },
        ),
      ],
      { checkpointing: false },
    );
    await client.send({ name: 'a/over' });
    expect((await ended(runner, 'app-over'))[0]).toMatchObject({ status: 'cancelled' });
    expect(after).toBe(0);
  });

  test('an answer that is read before the finish that is overdue does not go on either', async () => {
    let after = 0;
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { runner, client, databaseUrl } = await pair(
      (c) => [
        c.createFunction(
          { id: 'race', triggers: [{ event: 'a/race' }], timeouts: { finish: '1h' } },
          async ({ step }) => {
            await step.run('slow', () => asked);
            await step.run('after', () => ++after);
          },
        ),
      ],
      { checkpointing: false },
    );
    await client.send({ name: 'a/race' });
    const sql = postgres(databaseUrl, { max: 1, connection: { search_path: 'inngest_runner' } });
    // The deadline is past, and its row not yet taken.
    await eventually(
      'the deadline is set',
      async () =>
        (await sql`update queue set at = now() - interval '1 s' where kind = 'timeout' returning id`).length >
        0,
    );
    await sql.end();
    answer();
    expect((await ended(runner, 'app-race'))[0]).toMatchObject({ status: 'cancelled' });
    expect(after).toBe(0);
  });

  test('a schedule with jitter fires within it and keeps its tick; a missed tick may be left out', async () => {
    const { runner, databaseUrl, start } = await pair((c) => [
      c.createFunction(
        { id: 'tick', triggers: [{ cron: '*/1 * * * * *', jitter: '2s' } as never] },
        async ({ event }) => [event.id, event.ts],
      ),
      c.createFunction({ id: 'daily', triggers: [{ cron: '0 4 * * *' }] }, async () => 1),
    ]);
    const [run] = await ended(runner, 'app-tick');
    const [id, ts] = (run?.output ?? []) as [string, number];
    expect(ts - new Date(id).getTime()).toBeGreaterThanOrEqual(1000);
    expect(ts - new Date(id).getTime()).toBeLessThan(2000);
    await runner.close(0);
    const { default: postgres } = await import('postgres');
    const sql = postgres(databaseUrl, { max: 1 });
    const missed = new Date(Date.now() - 3 * 86_400_000);
    await sql`update inngest_runner.queue set due_at = ${missed}, at = ${missed} where function_id = 'app-daily'`;
    const second = await start(0, undefined, { missedTicks: 'skip' });
    open.push({ close: () => second.close(0) });
    await eventually('the row has moved on', async () => {
      const [row] =
        await sql`select due_at > now() as on from inngest_runner.queue where function_id = 'app-daily'`;
      return row?.on;
    });
    await sql.end();
    expect(await runsOf(second, '&function=app-daily')).toEqual([]);
  });
});

test('step.fetch: the runner makes the request, again while nobody answers, and its answer is the result', async () => {
  const { createServer } = await import('node:http');
  let asked = 0;
  const server = createServer((request, response) => {
    if (++asked === 1) return response.destroy();
    response.writeHead(418, { 'x-served': 'yes' }).end(`${request.method} ${request.headers['x-mine']}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { runner, client } = await pair((c) => [
    c.createFunction({ id: 'fetch', triggers: [{ event: 'a/fetch' }] }, async ({ step }) => {
      const response = await step.fetch(`http://127.0.0.1:${port}/`, {
        method: 'PUT',
        headers: { 'x-mine': '1' },
        body: 'body',
      });
      return [response.status, response.headers.get('x-served'), await response.text()];
    }),
    c.createFunction({ id: 'gone', retries: 1, triggers: [{ event: 'a/fetch' }] }, async ({ step }) =>
      step.fetch('http://127.0.0.1:1/').then(String, (error: Error) => error.message),
    ),
  ]);
  await client.send({ name: 'a/fetch' });
  expect((await ended(runner, 'app-fetch'))[0]?.output).toEqual([418, 'yes', 'PUT 1']);
  expect(String((await ended(runner, 'app-gone'))[0]?.output)).toContain('Error making gateway request');
  await new Promise((resolve) => server.close(resolve));
});

test('a signal that another run waits for: the second fails, or takes its place', async () => {
  const { runner, client } = await pair((c) => [
    c.createFunction({ id: 'sig', retries: 0, triggers: [{ event: 'a/sig' }] }, async ({ event, step }) =>
      step.waitForSignal('wait', {
        signal: 'one',
        timeout: event.data.timeout,
        onConflict: event.data.onConflict,
      }),
    ),
  ]);
  const wait = (onConflict: string, timeout: string) =>
    client.send({ name: 'a/sig', data: { onConflict, timeout } });
  await wait('fail', '2s');
  await eventually('the first waits', async () => (await runsOf(runner))[0]?.open[0]?.kind === 'signal');
  await wait('fail', '10s');
  const [failed] = await ended(runner, 'app-sig');
  expect(failed).toMatchObject({
    status: 'failed',
    error: { message: 'Signal conflict; signal wait already exists for another run' },
  });
  await wait('replace', '10s');
  await eventually('the third waits', async () => (await runsOf(runner))[0]?.open[0]?.kind === 'signal');
  await fetch(`${runner.url}/v1/signals`, { method: 'POST', body: '{"signal":"one","data":3}' });
  const runs = await ended(runner, 'app-sig', 3);
  expect(runs.map((run) => run.output)).toEqual([null, null, { signal: 'one', data: 3 }]);
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

describe('the way in', () => {
  test('what cannot be honoured is refused at sync, naming function and option', async () => {
    const { synced, log } = await pair((c) => [
      c.createFunction(
        {
          id: 'slowly',
          triggers: [{ event: 'a/x' }],
          batchEvents: { maxSize: 2, timeout: '1s' },
          cancelOn: [{ event: 'a/y' }],
        },
        async () => 1,
      ),
    ]);
    expect(synced.status).toBe(400);
    expect(synced.message).toBe(
      'function "app-slowly": option "batchEvents" cannot be combined with "cancelOn"',
    );
    expect(log.some((line) => line.startsWith('error sync refused'))).toBe(true);
  });

  test('a bad expression, cron or limit is refused at sync', async () => {
    const { runner } = await pair(() => []);
    const register = async (fields: object) => {
      const runtime = { type: 'http', url: 'http://127.0.0.1:9/api/inngest?fnId=x-f&stepId=step' };
      const fn = {
        id: 'x-f',
        name: 'f',
        triggers: [{ event: 'x' }],
        steps: { step: { runtime } },
        ...fields,
      };
      const body = { appName: 'x', url: 'http://127.0.0.1:9/api/inngest', functions: [fn] };
      const response = await fetch(`${runner.url}/fn/register`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return ((await response.json()) as { error?: string }).error;
    };
    expect(await register({ triggers: [{ event: 'x', expression: 'event.data.x ==' }] })).toContain(
      'triggers.if',
    );
    expect(await register({ triggers: [{ cron: 'not a cron' }] })).toContain('triggers.cron');
    expect(await register({ concurrency: [{ limit: 0 }] })).toContain('concurrency');
    expect(await register({ cancel: [{ event: 'x', timeout: 'soon' }] })).toContain('cancelOn.timeout');
    expect(await register({ debounce: { period: 'soon' } })).toContain(
      '"debounce.period" "soon" is not a duration',
    );
    expect(await register({ debounce: { period: '8d' } })).toContain(
      '"debounce.period" must be from 1 s to 604800 s',
    );
    expect(await register({ throttle: { limit: 0, period: '1s' } })).toContain('throttle.limit');
    expect(await register({ rateLimit: { limit: 1, period: '2d' } })).toContain('rateLimit.period');
    expect(await register({ batchEvents: { maxSize: 1, timeout: '1s' } })).toContain('batchEvents.maxSize');
    expect(await register({ batchEvents: { maxSize: 2, timeout: '1s' }, idempotency: '1' })).toBe(
      'function "x-f": option "batchEvents" cannot be combined with "idempotency"',
    );
    expect(await register({ singleton: { mode: 'queue' } })).toContain('singleton.mode');
    expect(await register({ timeouts: { start: '1s', middle: '1s' } })).toBe(
      'function "x-f": option "timeouts.middle" is not supported by this runner',
    );
    expect(await register({ priority: { run: '1 +' } })).toContain('priority.run');
    expect(await register({ triggers: [{ cron: '* * * * *', jitter: '1h' }] })).toContain('triggers.jitter');
    expect(await register({ newOption: 1 })).toBe(
      'function "x-f": option "newOption" is not supported by this runner',
    );
    expect(await register({})).toBeUndefined();
  });

  test('events are validated; those before the first bad one are kept', async () => {
    const { runner } = await pair((c) => [
      c.createFunction({ id: 'any', triggers: [{ event: 'e/good' }] }, async () => 1),
    ]);
    const send = async (body: unknown) => {
      const response = await post(runner.url, body);
      return (await response.json()) as { ids: string[]; status: number; error?: string };
    };
    expect(await send('')).toEqual({ ids: [''], status: 200 });
    expect(await send([])).toEqual({ ids: [''], status: 200 });
    expect(await send('hello')).toMatchObject({ ids: [''], status: 400 });
    expect(await send({ data: {} })).toEqual({ ids: [''], status: 400, error: 'event name is empty' });
    expect(await send({ name: 'inngest/x' })).toMatchObject({
      error: 'event name is reserved for internal use: inngest/x',
    });
    expect(await send({ name: 'e', ts: 1700000000 })).toMatchObject({
      error: 'timestamp is before Jan 1, 1980',
    });
    expect(await send({ name: 'e', data: 'text' })).toMatchObject({ status: 400 });
    const { ids, error } = await send([
      { name: 'e/good', data: { nul: '\0', half: '\ud800' } },
      { data: {} },
    ]);
    expect([ids.length, error]).toEqual([1, 'event name is empty']);
    await ended(runner, 'app-any');
    expect(await send({ name: 'e', data: { big: 'x'.repeat(3 * 1024 * 1024) } })).toMatchObject({
      error: expect.stringContaining('Event is over the max size: Max 3145728 bytes'),
    });
  });

  test('the seed header makes ids repeatable, and the repeated request starts nothing', async () => {
    const { runner } = await pair((c) => [
      c.createFunction({ id: 'seed', triggers: [{ event: 'e/seed' }] }, async () => 1),
    ]);
    const send = async () => {
      const headers = { 'x-inngest-event-id-seed': '1700000000000,AAECAwQFBgcICQ==' };
      const body = JSON.stringify([{ name: 'e/seed' }, { name: 'e/seed' }]);
      const response = await fetch(`${runner.url}/e/${eventKey}`, { method: 'POST', headers, body });
      return ((await response.json()) as { ids: string[] }).ids;
    };
    const ids = await send();
    expect(ids).toEqual(
      ['01HF7YAT0000041061050R3G4A', '01HF7YAT0000041061050R3G4B'].map((id) =>
        expect.stringMatching(id.slice(0, 10)),
      ),
    );
    expect(await send()).toEqual(ids);
    await ended(runner, 'app-seed', 2);
    expect((await runsOf(runner)).length).toBe(2);
  });

  test('signed mode: calls are signed, a wrong bearer or event key is refused', async () => {
    const { runner, client, app, synced } = await pair(
      (c) => [
        c.createFunction({ id: 'signed', triggers: [{ event: 'a/signed' }] }, async ({ step }) =>
          step.run('one', () => 'ok'),
        ),
      ],
      { signingKey, eventKeys: [eventKey] },
    );
    expect(synced.message).toBe('Successfully registered');
    await client.send({ name: 'a/signed', data: {} });
    const [run] = await ended(runner, 'app-signed');
    expect(run).toMatchObject({ status: 'completed', output: 'ok' });
    expect(run?.steps.length).toBe(1);
    expect(app.calls.length).toBe(1);
    expect(app.calls[0]?.headers['x-inngest-signature']).toMatch(/^t=\d+&s=[0-9a-f]{64}$/);

    expect((await post(runner.url, { name: 'a/signed' }, 'wrong')).status).toBe(401);
    for (const path of ['/fn/register', `/v1/checkpoint/${run?.id}/async`]) {
      for (const authorization of [undefined, 'Bearer undefined', 'Bearer signkey-test-00']) {
        const headers: Record<string, string> = authorization ? { authorization } : {};
        const response = await fetch(runner.url + path, { method: 'POST', headers, body: '{}' });
        expect([path, authorization, response.status]).toEqual([path, authorization, 401]);
      }
    }
    // The app, in turn, refuses a call that nobody signed.
    const unsigned = await fetch(`${app.url}?fnId=app-signed&stepId=step`, {
      method: 'POST',
      body: JSON.stringify({ event: { name: 'x' }, ctx: {} }),
    });
    expect(unsigned.status).toBe(401);
  });

  test('a page under another host name cannot read the runner', async () => {
    const { runner } = await pair(() => []);
    const { request } = await import('node:http');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${runner.url}/api/runs`, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.statusCode),
      );
      sent.on('error', reject).end();
    });
    expect(status).toBe(403);
  });
});

describe('the page and its API', () => {
  const json = async (url: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(
      url,
      body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
    );
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  };
  /** A function that fails as long as `broken` says so, in its second step. */
  async function failing() {
    const state = { broken: true };
    const made = await pair((c) => [
      c.createFunction(
        { id: 'shaky', retries: 0, triggers: [{ event: 'a/shaky' }] },
        async ({ event, step }) => {
          await step.run('a step', () => ({ n: event.data.n }));
          if (state.broken) throw new Error('<b>broken</b>');
          return event.data.n;
        },
      ),
    ]);
    return { ...made, state };
  }

  test('lists runs and events, page by page, and shows one run with the times and results of its steps', async () => {
    const { runner, client } = await failing();
    expect((await json(`${runner.url}/api/runs`)).body).toEqual({ runs: [], next: null });
    await client.send([1, 2, 3].map((n) => ({ name: 'a/shaky', data: { n } })));
    await ended(runner, 'app-shaky', 3);
    const first = (await json(`${runner.url}/api/runs?status=failed&limit=2`)).body;
    const second = (await json(`${runner.url}/api/runs?limit=2&before=${first.next}`)).body;
    expect([first.runs.length, second.runs.length, second.next]).toEqual([2, 1, null]);
    const [listed] = second.runs;
    const { body: run } = await json(`${runner.url}/api/runs/${listed.id}`);
    expect(run).toMatchObject({
      status: 'failed',
      error: { message: '<b>broken</b>' },
      results: [{ data: run.events[0].data }],
    });
    const [step] = run.steps;
    expect(Date.parse(step.beganAt)).toBeGreaterThanOrEqual(Date.parse(run.startedAt) - 5);
    expect(Date.parse(step.endedAt)).toBeGreaterThanOrEqual(Date.parse(step.beganAt));
    const { events } = (await json(`${runner.url}/api/events?name=a/shaky&limit=10`)).body;
    expect(events.length).toBe(3);
    const eventId = run.eventIds[0];
    expect(events.find((event: { id: string }) => event.id === eventId)).toMatchObject({
      runs: [{ id: run.id, status: 'failed' }],
    });
    expect((await runsOf(runner, `&id=${eventId}`)).map(({ id }) => id)).toEqual([run.id]);
    expect((await json(`${runner.url}/api/runs/nothing`)).status).toBe(404);
    const page = await fetch(runner.url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<title>Function runner</title>');
  });

  test('a run is replayed once, and all failures of a function after saying how many', async () => {
    const { runner, client, state } = await failing();
    await client.send([1, 2, 3].map((n) => ({ name: 'a/shaky', data: { n } })));
    const [one] = await ended(runner, 'app-shaky', 3);
    state.broken = false;
    const { body } = await json(`${runner.url}/api/runs/${one?.id}/replay`, {});
    expect((await json(`${runner.url}/api/runs/${one?.id}/replay`, {})).status).toBe(409);
    await eventually(
      'the replay is done',
      async () => (await runsOf(runner, `&id=${body.id}`))[0]?.status === 'completed',
    );
    const which = { function: 'app-shaky', from: '2020-01-01T00:00:00Z' };
    expect((await json(`${runner.url}/api/replay`, { ...which, from: 'soon' })).status).toBe(400);
    expect((await json(`${runner.url}/api/replay`, { ...which, to: '2020-01-02' })).body.count).toBe(0);
    expect((await json(`${runner.url}/api/replay`, { function: 'other' })).body.count).toBe(0);
    expect((await json(`${runner.url}/api/replay`, which)).body.count).toBe(2);
    expect((await json(`${runner.url}/api/replay`, { ...which, confirm: 3 })).status).toBe(409);
    expect((await json(`${runner.url}/api/replay`, { ...which, confirm: 2 })).body.replayed.length).toBe(2);
    await eventually('all done', async () => (await runsOf(runner, '&status=completed')).length === 3);
    expect((await runsOf(runner)).length).toBe(6);
  });

  test('a run is cancelled', async () => {
    const { runner, client } = await pair((c) => [
      c.createFunction({ id: 'long', triggers: [{ event: 'a/long' }] }, async ({ step }) =>
        step.sleep('nap', '1h'),
      ),
    ]);
    await client.send({ name: 'a/long' });
    await eventually('it sleeps', async () => (await runsOf(runner))[0]?.open[0]?.kind === 'sleep');
    const [run] = await runsOf(runner);
    expect((await json(`${runner.url}/api/runs/${run?.id}/cancel`, {})).status).toBe(200);
    expect((await runsOf(runner))[0]?.status).toBe('cancelled');
  });

  test('another site can change nothing', async () => {
    const { runner, client } = await failing();
    await client.send({ name: 'a/shaky', data: {} });
    const [run] = await ended(runner, 'app-shaky');
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ];
    for (const headers of foreign)
      for (const path of [`/api/runs/${run?.id}/replay`, '/api/replay', `/e/${eventKey}`])
        expect([headers, path, (await json(runner.url + path, {}, headers)).status]).toEqual([
          headers,
          path,
          403,
        ]);
    const own = { origin: runner.url, 'sec-fetch-site': 'same-origin' };
    expect((await json(`${runner.url}/api/runs/${run?.id}/replay`, {}, own)).status).toBe(200);
  });

  test('with a password, people need it and the SDK does not; other addresses need a password and keys', async () => {
    const { runner, client } = await pair(
      (c) => [c.createFunction({ id: 'ok', triggers: [{ event: 'a/ok' }] }, async () => 1)],
      { signingKey, eventKeys: [eventKey], password: 'cats' },
    );
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`any:${password}`).toString('base64')}`,
    });
    for (const path of ['/', '/api/runs', '/metrics']) {
      expect((await fetch(runner.url + path)).status).toBe(401);
      expect((await fetch(runner.url + path, { headers: basic('dogs') })).status).toBe(401);
      expect((await fetch(runner.url + path, { headers: basic('cats') })).status).toBe(200);
    }
    expect((await fetch(`${runner.url}/health`)).status).toBe(200);
    await client.send({ name: 'a/ok' });
    await eventually('it ran', async () => {
      const { body } = await json(`${runner.url}/api/runs`, undefined, basic('cats'));
      return body.runs[0]?.status === 'completed';
    });
    await expect(startPair(() => [], { host: '0.0.0.0' })).rejects.toThrow('needs a password');
  });

  test('metrics and health say how it is', async () => {
    const { runner, client } = await failing();
    await client.send({ name: 'a/shaky', data: {} });
    await ended(runner, 'app-shaky');
    const text = await (await fetch(`${runner.url}/metrics`)).text();
    expect(text).toContain('inngest_runner_runs{function="app-shaky",status="failed"} 1');
    expect(text).toMatch(/^inngest_runner_lag_seconds 0/m);
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [\d.e+-]+)$/);
    expect((await json(`${runner.url}/health`)).body).toMatchObject({
      status: 200,
      database: true,
      registered: true,
    });
  });
});

test('text that Postgres does not take, and keys longer than an index holds, hinder nothing', async () => {
  const odd = 'nul \0 half \ud800 back\\u0000slash';
  const { runner, client } = await pair((c) => [
    c.createFunction(
      {
        id: 'odd',
        triggers: [{ event: 'a/odd' }],
        idempotency: 'event.data.key',
        concurrency: { limit: 1, key: 'event.data.odd' },
        throttle: { limit: 10, period: '1s', key: 'event.data.key' },
      },
      async ({ event, step }) => {
        const named = await step.run(`step ${odd}`, () => event.data.odd);
        const waited = await step.waitForEvent('wait', { event: odd, timeout: '1s' });
        return { same: named === event.data.odd, waited };
      },
    ),
    c.createFunction(
      { id: 'many', triggers: [{ event: `half \ud800` }], debounce: { period: '1s', key: 'event.data.key' } },
      async () => 1,
    ),
  ]);
  await client.send({ name: 'a/odd', id: 'half \ud800', data: { odd, key: 'x'.repeat(10_000) } });
  await client.send({ name: 'half \ud800', data: { key: 'y'.repeat(10_000) } });
  expect((await ended(runner, 'app-odd'))[0]).toMatchObject({
    status: 'completed',
    output: { same: true, waited: null },
  });
  await eventually('the debounced one', async () => (await runsOf(runner, '&function=app-many'))[0]?.endedAt);
});

test('an app that hangs, cuts its answer off or talks nonsense costs attempts, one that recovers ends the run', async () => {
  const { createServer } = await import('node:http');
  const { runner } = await pair(() => [], { callTimeoutMs: 300, maxCalls: 2 });
  let asked = 0;
  const answers = [
    () => {},
    (response: { writeHead: (s: number, h: object) => { write: (t: string) => void }; destroy(): void }) => {
      response.writeHead(206, { 'x-inngest-sdk': 'x', 'content-length': '1000' }).write('[{"op":');
      setTimeout(() => response.destroy(), 50);
    },
    (response: { writeHead: (s: number, h: object) => { end: (t: string) => void } }) =>
      response.writeHead(206, { 'x-inngest-sdk': 'x' }).end('[{"op":"StepRun","id":"a\\u0000b","data":1}]'),
    (response: { writeHead: (s: number, h: object) => { end: (t: string) => void } }) =>
      response.writeHead(200, { 'x-inngest-sdk': 'x' }).end('"well"'),
  ];
  const app = createServer((request, response) => {
    request.resume();
    answers[asked++]?.(response as never);
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(app.address() as { port: number }).port}/?fnId=x-f`;
  const fn = { id: 'x-f', triggers: [{ event: 'a/x' }], steps: { step: { runtime: { url } } } };
  const body = JSON.stringify({ appName: 'x', url, functions: [fn] });
  expect((await fetch(`${runner.url}/fn/register`, { method: 'POST', body })).status).toBe(200);
  await post(runner.url, { name: 'a/x' });
  expect((await ended(runner, 'x-f'))[0]).toMatchObject({ status: 'completed', output: 'well' });
  expect(asked).toBe(4);
  app.closeAllConnections();
  await new Promise((resolve) => app.close(resolve));
});

describe('staying alive', () => {
  test('a restarted runner goes on with stored functions, sleeping runs and schedules', async () => {
    const { runner, client, start } = await pair((c) => [
      c.createFunction({ id: 'long', triggers: [{ event: 'a/long' }] }, async ({ step }) => {
        const id = await step.run('before', () => Math.random());
        await step.sleep('nap', '1s');
        return id === (await step.run('after', () => id));
      }),
    ]);
    await client.send({ name: 'a/long', data: {} });
    await eventually('it sleeps', async () => (await runsOf(runner))[0]?.open[0]?.kind === 'sleep');
    await runner.close(0);
    const second = await start(runner.port);
    open.push({ close: () => second.close(0) });
    expect((await ended(second, 'app-long'))[0]).toMatchObject({ status: 'completed', output: true });
  });

  test('an app that comes back is called at once, however long the backoff would have been', async () => {
    let fails = true;
    const build = (c: Parameters<Parameters<typeof startPair>[0]>[0]) => [
      c.createFunction({ id: 'away', triggers: [{ event: 'a/away' }] }, async () => 'done'),
      c.createFunction({ id: 'broken', triggers: [{ event: 'a/broken' }] }, async () => {
        if (fails) throw new Error('not its fault that the app was away');
      }),
    ];
    const { runner, client, app, log } = await pair(build, { backoffMs: () => 3_600_000 });
    await client.send({ name: 'a/broken', data: {} });
    const failures = async () => log.filter((line) => line.includes('tried again')).length;
    await eventually('the broken one fails', async () => (await failures()) === 1);
    await app.close();
    await client.send({ name: 'a/away', data: {} });
    await eventually('nobody answers', async () => (await failures()) === 2);
    fails = false;
    const back = await startApp(client, build(client), app.port);
    open.push(back);
    await fetch(back.url, { method: 'PUT' });
    const [run] = await ended(runner, 'app-away');
    expect(run).toMatchObject({ status: 'completed', output: 'done' });
    const broken = (await runsOf(runner)).find(({ functionId }) => functionId === 'app-broken');
    expect(broken).toMatchObject({ status: 'running' });
  });

  test('an app that is back and says nothing is found by the runner, which knows its address', async () => {
    const build = (c: Parameters<Parameters<typeof startPair>[0]>[0]) => [
      c.createFunction({ id: 'away', triggers: [{ event: 'a/away' }] }, async () => 'done'),
    ];
    const { runner, client, app, start, log } = await pair(build, { backoffMs: () => 3_600_000 });
    await runner.close(0);
    const second = await start(runner.port, app.url);
    open.push({ close: () => second.close(0) });
    await eventually('synced', async () => log.some((line) => line.includes('synced with the app')));
    await app.close();
    await client.send({ name: 'a/away', data: {} });
    await eventually('nobody answers', async () => log.some((line) => line.includes('tried again')));
    open.push(await startApp(client, build(client), app.port));
    expect((await ended(second, 'app-away'))[0]).toMatchObject({ status: 'completed', output: 'done' });
  });

  test('two runners share one database: every run once, work spread or taken over', async () => {
    const seen: string[] = [];
    const { runner, client, start } = await pair((c) => [
      c.createFunction({ id: 'shared', triggers: [{ event: 'a/shared' }] }, async ({ event, step }) => {
        await step.run('one', () => seen.push(event.data.n));
        await step.sleep('nap', '1s');
        return step.run('two', () => event.data.n);
      }),
    ]);
    const second = await start(0);
    open.push({ close: () => second.close(0) });
    await client.send(Array.from({ length: 40 }, (_, n) => ({ name: 'a/shared', data: { n } })));
    await eventually(
      'all have begun',
      async () => (await runsOf(second)).filter((run) => run.steps.length >= 1).length === 40,
    );
    await runner.close(0);
    // The app still checkpoints to the address of the first, which is gone: the steps come back in the answer then.
    const runs = await ended(second, 'app-shared', 40, 15_000);
    expect(runs.every((run) => run.status === 'completed')).toBe(true);
    expect(seen.length).toBe(40);
  });
});
