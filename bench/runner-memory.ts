import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import postgres from 'postgres';
import type { BenchCtx, BenchResult } from '../local/bench.ts';
import { freePort } from '../local/free-port.ts';

export const needs = 'database';

const perRequest = 500;
const mostOpen = 1000;
const samples = 20;
/** The last fifth beside the second fifth of the runs: what grows with the number of runs would show here. */
const goals = { growth: 1.1 };

/** `npm run bench -- runner-memory [runs]`: the memory of the runner's process over so many runs of one step each. */
export async function run({ superuserUrl, args, say }: BenchCtx): Promise<BenchResult> {
  const runs = Number(args[0] ?? 100_000);
  const admin = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await admin`create database bench_memory`;
  await admin.end();
  const databaseUrl = superuserUrl.replace(/\/postgres$/, '/bench_memory');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Plays the SDK: a step, then the end. The SDK itself is not what is measured.
  const headers = { 'x-inngest-sdk': 'inngest-js:v4.24.0', 'x-inngest-req-version': '2' };
  const answer = JSON.stringify([
    { id: 'one', op: 'StepRun', name: 'one', data: { text: 'x'.repeat(100) } },
    { id: 'complete', op: 'RunComplete', data: 'fine' },
  ]);
  let calls = 0;
  const app = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      calls++;
      response.writeHead(206, headers).end(answer);
    });
  });
  app.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  const child = spawn(process.execPath, [join(import.meta.dirname, '../local/inngest/main.ts')], {
    env: { ...process.env, DATABASE_URL: databaseUrl, RUNNER_PORT: String(port), INNGEST_DEV: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk) => /ready/.test(String(chunk)) && resolve());
      child.once('exit', (code) => reject(new Error(`the runner ended with ${code}`)));
    });
    const appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
    const runtime = { type: 'http', url: `${appUrl}/api/inngest?fnId=app-work&stepId=step` };
    const work = {
      ...{ id: 'app-work', name: 'work', triggers: [{ event: 'a/work' }] },
      steps: { step: { id: 'step', name: 'step', runtime } },
    };
    await fetch(`${url}/fn/register`, {
      method: 'POST',
      body: JSON.stringify({ appName: 'app', url: appUrl, functions: [work] }),
    });
    const megabytes: number[] = [];
    const began = Date.now();
    for (let sent = 0; sent < runs; ) {
      const events = Array.from({ length: perRequest }, (_, i) => ({
        name: 'a/work',
        data: { run: sent + i, text: 'y'.repeat(300) },
      }));
      const taken = await fetch(`${url}/e/bench`, { method: 'POST', body: JSON.stringify(events) });
      if (taken.status !== 200) throw new Error(`the runner answered ${taken.status}`);
      await taken.arrayBuffer();
      sent += perRequest;
      while (sent - calls > mostOpen) await pause(5);
      if (sent % (runs / samples) === 0) {
        megabytes.push(residentMegabytes(child.pid as number));
        if (megabytes.length % 4 === 0)
          say(`${sent} runs, ${Math.round((Date.now() - began) / 1000)} s, ${megabytes.at(-1)} MB`);
      }
    }
    while (calls < runs) await pause(20);
    const seconds = (Date.now() - began) / 1000;
    const mean = (list: number[]) => Math.round(list.reduce((a, b) => a + b, 0) / list.length);
    const fifth = samples / 5;
    const early = mean(megabytes.slice(fifth, 2 * fifth));
    const late = mean(megabytes.slice(-fifth));
    const growth = Math.round((late / early) * 100) / 100;
    return {
      figures: {
        runs,
        earlyMb: early,
        lateMb: late,
        growth,
        mb: megabytes,
        runsPerSecond: Math.round(runs / seconds),
      },
      goals,
      pass: growth <= goals.growth,
    };
  } finally {
    child.kill('SIGKILL');
    app.closeAllConnections();
    app.close();
  }
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/) ?? [];
  return Math.round(Number(kilobytes) / 1024);
}
