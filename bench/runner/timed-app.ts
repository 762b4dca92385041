import http from 'node:http';
import { Inngest } from 'inngest';
import { serve } from 'inngest/node';

/*
 * The app of the bench runner: a function of three empty steps, behind the real SDK, or bare (one request is one step).
 * It notes when each step began and ended, on the clock that all processes of a machine share.
 */
const { PORT = '', RUNNER_URL = '' } = process.env;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
let times: [run: number, step: number, begun: number, ended: number][] = [];

function work(run: number, step: number): number {
  const begun = nowMs();
  times.push([run, step, begun, nowMs()]);
  return step;
}

const quiet = { info() {}, warn() {}, error() {}, debug() {} };
const client = new Inngest({ id: 'bench', isDev: true, baseUrl: RUNNER_URL || undefined, logger: quiet });
const steps = client.createFunction(
  { id: 'steps', triggers: [{ event: 'bench/steps' }] },
  async ({ event, step }) => {
    const { run } = event.data;
    const one = await step.run('one', () => work(run, 1));
    const two = await step.run('two', () => work(run, 2));
    const three = await step.run('three', () => work(run, 3));
    return one + two + three;
  },
);
const handle = serve({ client, functions: [steps] });

const server = http.createServer((request, response) => {
  if (request.url === '/times') {
    response.end(JSON.stringify(times));
    times = [];
  } else if (request.url === '/count') response.end(String(times.length));
  else if (request.url === '/step') {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { run, step } = JSON.parse(body);
      response.end(JSON.stringify({ data: work(run, step) }));
    });
  } else void handle(request, response);
});
// Longer than any client keeps an idle connection.
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), '127.0.0.1', async () => {
  if (RUNNER_URL) {
    while (
      !(await fetch(`http://127.0.0.1:${PORT}/api/inngest`, { method: 'PUT' }).catch(() => undefined))?.ok
    )
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log('ready');
});
