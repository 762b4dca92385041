import { AsyncLocalStorage } from 'node:async_hooks';
import { openSync, writeSync } from 'node:fs';
import http from 'node:http';
import { Inngest } from 'inngest';
import { serve } from 'inngest/node';
import { decodeTime } from 'ulid';

/*
 * The app that the bench runner-kills kills: functions whose steps write into a file when they begin and what they
 * answer, which a kill -9 of this process cannot undo.
 */
const { PORT = '', LOG = '' } = process.env;
const log = openSync(LOG, 'a');
/** When the runner made the call in which we are: its request id says so. */
const calledAt = new AsyncLocalStorage<number>();
let counter = 0;

async function effect(run: number, step: string, ms: number): Promise<string> {
  const token = `${process.pid}-${++counter}`;
  writeSync(log, `${JSON.stringify({ run, step, token, called: calledAt.getStore(), at: Date.now() })}\n`);
  await new Promise((resolve) => setTimeout(resolve, ms));
  return token;
}

const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const client = new Inngest({ id: 'killed', isDev: false, logger: quiet });

const work = client.createFunction(
  { id: 'work', retries: 20, triggers: [{ event: 'kills/work' }] },
  async ({ event, step }) => {
    const { run } = event.data;
    const some = () => 5 + Math.random() * 40;
    const one = await step.run('one', () => effect(run, 'one', some()));
    const [two, three] = await Promise.all([
      step.run('two', () => effect(run, 'two', some())),
      step.run('three', () => effect(run, 'three', some())),
    ]);
    await step.sleep('nap', '1s');
    await step.sendEvent('tell', { name: 'kills/told', data: { run } });
    const four = await step.run('four', () => effect(run, 'four', some()));
    return { one, two, three, four };
  },
);
const told = client.createFunction(
  { id: 'told', retries: 20, triggers: [{ event: 'kills/told' }] },
  async ({ event, step }) => ({ heard: await step.run('heard', () => effect(event.data.run, 'heard', 5)) }),
);
const short = client.createFunction(
  { id: 'short', retries: 20, triggers: [{ event: 'kills/short' }] },
  async ({ event, step }) => {
    const { run } = event.data;
    const one = await step.run('one', () => effect(run, 'one', 40));
    const two = await step.run('two', () => effect(run, 'two', 40));
    const three = await step.run('three', () => effect(run, 'three', 40));
    return { one, two, three };
  },
);

const handle = serve({ client, functions: [work, told, short] });
const server = http.createServer((request, response) => {
  const id = request.headers['x-request-id'];
  calledAt.run(typeof id === 'string' ? decodeTime(id) : 0, () => void handle(request, response));
});
server.listen(Number(PORT), '127.0.0.1', async () => {
  console.log('app ready');
  // As `npm start` does it: an app that comes up says so, and the runner goes on with what waited for it.
  for (;;) {
    const synced = await fetch(`http://127.0.0.1:${PORT}/api/inngest`, { method: 'PUT' }).catch(
      () => undefined,
    );
    if (synced?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log('app synced');
});
