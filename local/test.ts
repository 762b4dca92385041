import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ensureBuild } from './build.ts';
import { freePort } from './free-port.ts';
import { type Instance, startInstance } from './instance.ts';
import { endProcesses } from './processes.ts';
import { stopSignals } from './stop-signals.ts';
import { throwawayFolder } from './throwaway-folder.ts';

type Count = { passed: number; failed: number };

const root = join(import.meta.dirname, '..');
const reports = join(root, '.tmp', 'test');
const stopped = stopSignals();

/**
 * `npm test`: the house rules, unit and database tests, the production build, and the journeys in Chromium; ends
 * with the sum of all. `npm run e2e -- [file]` runs the journeys only. A stage that crashes, or that finds no test,
 * counts as a failure.
 */
async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const journeysOnly = process.argv[2] === 'e2e';
  const stages: [string, () => Promise<Count>][] = [
    ['check', check],
    ['unit and database tests', unitTests],
    ['production build', build],
    ['journeys in Chromium', () => journeys(process.argv.slice(3))],
  ];
  const lines: string[] = [];
  const sum: Count = { passed: 0, failed: 0 };
  for (const [name, run] of journeysOnly ? stages.slice(3) : stages) {
    if (stopped.signal.aborted) break;
    console.log(`\n=== ${name}`);
    const began = Date.now();
    let count: Count;
    try {
      count = await run();
      if (count.passed + count.failed === 0) {
        console.log(`No test was found in "${name}": that counts as a failure.`);
        count = { passed: 0, failed: 1 };
      }
    } catch (error) {
      if (stopped.signal.aborted) break;
      console.error((error as Error).message);
      count = { passed: 0, failed: 1 };
    }
    sum.passed += count.passed;
    sum.failed += count.failed;
    const seconds = Math.round((Date.now() - began) / 1000);
    lines.push(`${name.padEnd(25)} ${count.passed} passed, ${count.failed} failed (${seconds} s)`);
  }
  if (stopped.signal.aborted) {
    console.log('\nStopped before the end.');
    process.exit(130);
  }
  console.log(`\n=== summary\n${lines.join('\n')}\n`);
  console.log(`${sum.passed} passed, ${sum.failed} failed`);
  process.exit(sum.failed === 0 ? 0 : 1);
}

/** Each rule of the house counts as one test. */
async function check(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0 };
  const code = await run([join(root, 'local/check/main.ts')], {}, (line) => {
    if (/^ok\s/.test(line)) count.passed++;
    if (/^FAIL\s/.test(line)) count.failed++;
  });
  return atLeastOneFailure(count, code);
}

async function unitTests(): Promise<Count> {
  const report = join(reports, 'vitest.json');
  const code = await run([
    join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ]);
  type Report = {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; assertionResults: unknown[] }[];
  };
  const { numPassedTests, numFailedTests, testResults } = readReport<Report>(report);
  // A file that cannot even be loaded has no tests to fail.
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return atLeastOneFailure({ passed: numPassedTests, failed: numFailedTests + broken.length }, code);
}

async function build(): Promise<Count> {
  const { distDir, built } = await ensureBuild({ say: console.log, signal: stopped.signal });
  console.log(built ? `built ${distDir}` : `${distDir} is the build of these sources`);
  return { passed: 1, failed: 0 };
}

/** The whole product on free ports with demo data, for all specs together. */
async function journeys(args: string[]): Promise<Count> {
  const folder = process.env.E2E_APP_URL ? undefined : throwawayFolder();
  let instance: Instance | undefined;
  try {
    if (folder) {
      const port = await freePort();
      instance = await startInstance(
        {
          dataDir: join(folder.path, 'data'),
          port,
          durable: false,
          say: console.log,
          env: { METRICS_TOKEN: 'the journeys' },
        },
        stopped.signal,
      );
    }
    const report = join(reports, 'playwright.json');
    const code = await run([join(root, 'node_modules/@playwright/test/cli.js'), 'test', ...args], {
      ...(instance ? addresses(instance) : {}),
      E2E_REPORT: report,
    });
    type Report = { stats: { expected: number; unexpected: number; flaky: number }; errors: unknown[] };
    const { stats, errors } = readReport<Report>(report);
    const count = { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
    if (count.failed > 0 && folder) keepLogs(join(folder.path, 'data', 'logs'));
    return atLeastOneFailure(count, code);
  } finally {
    await instance?.stop();
    folder?.remove();
  }
}

function addresses(instance: Instance): Record<string, string> {
  return {
    E2E_APP_URL: instance.urls.app,
    E2E_OUTSIDE_URL: instance.urls.outside,
    E2E_RUNNER_URL: instance.urls.runner,
    E2E_DATABASE_URL: instance.env.DATABASE_URL!,
    E2E_ADMIN_URL: instance.env.DATABASE_ADMIN_URL!,
    E2E_METRICS_TOKEN: instance.env.METRICS_TOKEN!,
    E2E_DATA_DIR: instance.env.MCF_DATA_DIR!,
    E2E_SIGN_INS: JSON.stringify(instance.signIns),
  };
}

/** The instance's folder goes away; its logs are what explains a failed journey. */
function keepLogs(from: string): void {
  const to = join(root, 'test-results', 'logs');
  cpSync(from, to, { recursive: true });
  console.log(`The logs of the instance are in ${to}`);
}

/** A tool that reports only passed tests and still ends badly has failed in a way it could not count. */
function atLeastOneFailure(count: Count, code: number | null): Count {
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

function readReport<T>(path: string): T {
  if (!existsSync(path)) throw new Error(`The stage ended without its report (${path}).`);
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** Runs a Node program with its output shown; ends it when we are asked to stop. */
function run(
  args: string[],
  env: Record<string, string> = {},
  onLine?: (line: string) => void,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const watch = pathToFileURL(join(root, 'local/end-with-parent.mjs')).href;
    const child: ChildProcess = spawn(process.execPath, ['--import', watch, ...args], {
      cwd: root,
      env: { ...process.env, ...env, MCF_SUPERVISED: '1' } as unknown as NodeJS.ProcessEnv,
      stdio: ['pipe', onLine ? 'pipe' : 'inherit', 'inherit'],
      detached: true,
    });
    child.stdin?.on('error', () => {});
    if (onLine && child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        console.log(line);
        onLine(line);
      });
    }
    const end = () => {
      if (child.pid)
        void endProcesses(
          [child.pid],
          [
            ['SIGTERM', 8000],
            ['SIGKILL', 1000],
          ],
        );
    };
    stopped.signal.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      stopped.signal.removeEventListener('abort', end);
      resolve(code);
    });
  });
}

await main();
