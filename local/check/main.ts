import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBoard, readBoard } from './board.ts';
import { houseRules, type Violation } from './house-rules.ts';
import { messageRules } from './message-rules.ts';
import { readSources } from './source-files.ts';
import { textRules } from './text-rules.ts';

const root = join(import.meta.dirname, '../..');
const boardPath = 'docs/board.md';

export type CheckResult = { name: string; passed: boolean; says: string };

const listed = () =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path && existsSync(join(root, path)));

function tool(name: string, command: string, args: string[]): CheckResult {
  const { status, stdout, stderr, error } = spawnSync(join(root, 'node_modules/.bin', command), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { name, passed: status === 0, says: error ? String(error) : `${stdout}${stderr}`.trim() };
}

const judged = (name: string, violations: Violation[], lookedAt: number): CheckResult => ({
  name,
  // A check that looked at nothing has not passed.
  passed: violations.length === 0 && lookedAt > 0,
  says:
    lookedAt === 0
      ? 'looked at no file'
      : violations.map(({ where, says }) => `${where}: ${says}`).join('\n'),
});

function messages(): CheckResult {
  const areas = readdirSync(join(root, 'messages/en')).map((file) => file.replace(/\.json$/, ''));
  const read = (path: string) =>
    existsSync(join(root, path)) ? JSON.parse(readFileSync(join(root, path), 'utf8')) : {};
  const violations = areas.flatMap((area) =>
    messageRules(area, read(`messages/en/${area}.json`), read(`messages/ru/${area}.json`)),
  );
  return judged('messages in both languages', violations, areas.length);
}

/** Everything that `npm run check` holds; each entry counts as one check. */
export async function runChecks(): Promise<CheckResult[]> {
  const paths = listed();
  const sources = readSources(
    root,
    paths.filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts')),
  );
  const textPaths = paths.filter((path) => /\.(tsx?|mjs|json|md|sql|css|svg|ya?ml)$|^\.ci\//.test(path));
  const { policies } = await import('#inngest/index.ts');
  const board = drawBoard(readBoard(sources, policies));
  const current = existsSync(join(root, boardPath)) ? readFileSync(join(root, boardPath), 'utf8') : '';
  return [
    tool('format and lint', 'biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.']),
    tool('types', 'tsc', ['--noEmit', '-p', '.']),
    ...Object.entries(houseRules).map(([name, check]) =>
      judged(`house rule: ${name}`, check(sources), sources.length),
    ),
    messages(),
    judged(
      'no machine paths or registry hosts',
      textPaths.flatMap((path) => textRules(path, readFileSync(join(root, path), 'utf8'))),
      textPaths.length,
    ),
    tool('dead code', 'knip', ['--no-progress']),
    {
      name: 'the board is up to date',
      passed: board === current,
      says: board === current ? '' : `${boardPath} is out of date: run \`npm run board\``,
    },
  ];
}

if (import.meta.main) {
  if (process.argv.includes('--write-board')) {
    const files = listed().filter((path) => /^(lib|inngest)\/.*\.ts$/.test(path));
    const { policies } = await import('#inngest/index.ts');
    writeFileSync(join(root, boardPath), drawBoard(readBoard(readSources(root, files), policies)));
    process.exit(0);
  }
  const results = await runChecks();
  for (const { name, passed, says } of results)
    console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}${passed ? '' : `\n${says}`}`);
  const failed = results.filter(({ passed }) => !passed).length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
}
