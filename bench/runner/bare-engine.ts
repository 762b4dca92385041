import { randomUUID } from 'node:crypto';
import http from 'node:http';
import postgres from 'postgres';
import { post } from '../../local/inngest/post.ts';

/*
 * The bare limit that the runner is measured against: what no durable runner can do without, and nothing else. An event is
 * one commit; then per step one HTTP round trip and one commit. No queue, no retry, no recovery.
 * MODE step: the app's own protocol; sdk: the real SDK, checkpointing; sdk-classic: the real SDK, a call for each step.
 */
const { PORT = '', APP_URL = '', DATABASE_URL = '', MODE = '' } = process.env;
const mostCalls = 50;
const sql = postgres(DATABASE_URL, { max: 10, onnotice: () => {} });
const schema = `bare_${MODE.replace('-', '_')}`;
await sql.unsafe(`
  create schema ${schema};
  create table ${schema}.runs (id text primary key, event text not null, output text);
  create table ${schema}.steps (run_id text not null, id text not null, memo text not null, primary key (run_id, id))`);
const table = (name: string) => sql(`${schema}.${name}`);
const record = (run: string, id: string, memo: string) =>
  sql`insert into ${table('steps')} (run_id, id, memo) values (${run}, ${id}, ${memo})`;
const complete = (run: string, output: string) =>
  sql`update ${table('runs')} set output = ${output} where id = ${run}`;

type Run = { id: string; event: { name: string; data: { run: number } } };
const waiting: Run[] = [];
let calls = 0;

function startNext() {
  while (calls < mostCalls) {
    const run = waiting.shift();
    if (!run) return;
    calls++;
    void play(run)
      .catch((error) => {
        console.error(error);
        process.exit(1);
      })
      .finally(() => {
        calls--;
        startNext();
      });
  }
}

async function play(run: Run): Promise<void> {
  if (MODE === 'step') {
    for (const step of [1, 2, 3]) {
      const answer = await ask('/step', { run: run.event.data.run, step });
      await record(run.id, String(step), answer.body);
    }
    await complete(run.id, '6');
    return;
  }
  const steps: Record<string, unknown> = {};
  for (;;) {
    const stack = Object.keys(steps);
    const answer = await ask('/api/inngest?fnId=bench-steps&stepId=step', {
      ctx: {
        attempt: 0,
        disable_immediate_execution: false,
        ...(MODE === 'sdk' ? { fn_id: randomUUID(), qi_id: run.id } : {}),
        max_attempts: 5,
        run_id: run.id,
        stack: { current: stack.length, stack },
        use_api: false,
      },
      event: run.event,
      events: [run.event],
      steps,
      version: 2,
    });
    if (answer.status === 200) return void (await complete(run.id, answer.body));
    const [op] = JSON.parse(answer.body) as { op: string; id: string; data: unknown }[];
    if (op?.op === 'RunComplete') return void (await complete(run.id, JSON.stringify(op.data)));
    if (op?.op !== 'StepRun') throw new Error(`unexpected answer: ${answer.body}`);
    steps[op.id] = { data: op.data };
    await record(run.id, op.id, JSON.stringify(op.data));
  }
}

async function ask(path: string, body: unknown) {
  const answer = await post(new URL(path, APP_URL), {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    timeoutMs: 60_000,
    maxBytes: 1_000_000,
  });
  if ('failure' in answer) throw new Error(answer.failure);
  return answer;
}

const server = http.createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', async () => {
    const body = JSON.parse(text);
    if (request.url?.startsWith('/v1/checkpoint/')) {
      for (const step of body.steps) await record(body.run_id, step.id, JSON.stringify(step.data));
      response.end();
      return;
    }
    const events = [body].flat() as Run['event'][];
    const runs = events.map((event) => ({ id: randomUUID(), event }));
    await sql`
      insert into ${table('runs')} (id, event)
      select id, event from json_to_recordset(${JSON.stringify(runs)}::text::json) as x (id text, event text)`;
    response.end(JSON.stringify({ status: 200, ids: runs.map(({ id }) => id) }));
    waiting.push(...runs);
    startNext();
  });
});
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), '127.0.0.1', () => console.log('ready'));
