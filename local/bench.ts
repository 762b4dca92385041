import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freePort } from './free-port.ts';
import { type Instance, startInstance } from './instance.ts';
import { startPostgres } from './postgres.ts';
import { stopSignals } from './stop-signals.ts';
import { throwawayFolder } from './throwaway-folder.ts';

/** What a bench gets to work with. */
export type BenchCtx = {
  /** The whole product over the production build; absent when the bench wants a database only. */
  instance?: Instance;
  /** The superuser's address of a durable Postgres of its own; empty when the bench starts its own things. */
  superuserUrl: string;
  dataDir: string;
  args: string[];
  say(line: string): void;
};

/** Named figures and goals; a goal is met when `pass` says so, the bench knows the direction. */
export type BenchResult = { figures: Record<string, unknown>; goals: Record<string, unknown>; pass: boolean };

/** A file `bench/NAME.ts`; `needs` is `instance` when it does not say. */
type Bench = { needs?: 'instance' | 'database' | 'nothing'; run(ctx: BenchCtx): Promise<BenchResult> };

const root = join(import.meta.dirname, '..');

/** `npm run bench -- NAME`: runs it on an instance of its own; the last line is its result as JSON. */
async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2);
  const folder = join(root, 'bench');
  const file = join(folder, `${name}.ts`);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    const names = existsSync(folder)
      ? readdirSync(folder).filter((entry) => /^[a-z0-9-]+\.ts$/.test(entry))
      : [];
    console.error(
      `Usage: npm run bench -- NAME\nThere are: ${names.map((entry) => entry.slice(0, -3)).join(', ')}`,
    );
    process.exit(1);
  }
  const stopped = stopSignals();
  const throwaway = throwawayFolder();
  const dataDir = join(throwaway.path, 'data');
  let end = async () => {};
  let pass = false;
  try {
    const bench = (await import(pathToFileURL(file).href)) as Bench;
    const ctx: BenchCtx = { superuserUrl: '', dataDir, args, say: console.log };
    if (bench.needs === 'database') {
      const server = await startPostgres({ dataDir });
      end = server.stop;
      ctx.superuserUrl = server.superuserUrl;
    } else if (bench.needs !== 'nothing') {
      const instance = await startInstance(
        { dataDir, port: await freePort(), say: console.log },
        stopped.signal,
      );
      end = instance.stop;
      ctx.instance = instance;
      ctx.superuserUrl = instance.superuserUrl;
    }
    const result = await Promise.race([
      bench.run(ctx),
      stopped.asked.then(() => Promise.reject(new Error('Stopped.'))),
    ]);
    pass = result.pass;
    await end();
    console.log(JSON.stringify({ name, ...result }));
  } catch (error) {
    console.error(error);
    await end();
  } finally {
    throwaway.remove();
  }
  process.exit(pass ? 0 : 1);
}

await main();
