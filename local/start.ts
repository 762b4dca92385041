import { resolve } from 'node:path';
import { type Instance, startInstance } from './instance.ts';
import { stopSignals } from './stop-signals.ts';

/** `npm start` and, with the argument `dev`, `npm run dev`. */
async function main(): Promise<void> {
  const mode = process.argv[2] === 'dev' ? 'development' : 'production';
  const port = wishedPort();
  const dataDir = resolve(process.env.MCF_DATA_DIR ?? '.data');
  const began = Date.now();
  const say = (line: string) =>
    console.log(`  ${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);
  console.log(`Make Cats Free starts (data in ${dataDir})`);

  const stopped = stopSignals();
  let instance: Instance;
  try {
    instance = await startInstance({ dataDir, port, host: process.env.HOST, mode, say }, stopped.signal);
  } catch (error) {
    if (stopped.signal.aborted) {
      console.log('Stopped.');
      process.exit(130);
    }
    console.error(`\n${(error as Error).message}\n`);
    process.exit(1);
  }
  printWelcome(instance);
  await stopped.asked;
  console.log('\nStopping …');
  await instance.stop();
  console.log('Stopped.');
  process.exit(0);
}

function wishedPort(): number {
  const text = process.env.PORT ?? '3000';
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  console.error(`PORT must be a number between 1 and 65535, and is "${text}".`);
  process.exit(1);
}

function printWelcome(instance: Instance): void {
  const { app, outside } = instance.urls;
  const lines = [
    '',
    `Make Cats Free is ready:  ${app}`,
    `Mailbox and partners:     ${outside}`,
    `Logs:                     ${instance.logsDir}`,
  ];
  if (instance.signIns.length > 0) {
    const rows = instance.signIns.map(({ role, who, path, email, password }) => [
      role,
      who,
      new URL(path, app).href,
      email ? `${email}  ${password ?? ''}` : '(signs in by itself)',
    ]);
    const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
    lines.push('', 'Sign-ins for the demo:');
    for (const row of rows)
      lines.push(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
  }
  lines.push('', 'Ctrl-C stops everything.', '');
  console.log(lines.join('\n'));
}

await main();
