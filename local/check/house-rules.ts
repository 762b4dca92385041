import { basename } from 'node:path';
import { lineOf, type Node, type SourceFile, walk } from './source-files.ts';

export type Violation = { rule: string; where: string; says: string };
type Check = (files: readonly SourceFile[]) => Violation[];

const isTest = (path: string) => /(\.test|\/testing(-[a-z-]+)?)\.ts$/.test(path);
const contextOf = (path: string) => /^lib\/([^/]+)\//.exec(path)?.[1];
const shared = new Set(['kernel', 'reports']);
const violation = (rule: string, where: string, says: string): Violation => ({ rule, where, says });

/** The only places outside lib that may hold the database: they make a ctx, or run the relay. */
const mayOpenDatabase = new Set([
  'app/session.ts',
  'inngest/policy.ts',
  'inngest/relay-outbox.ts',
  'instrumentation.ts',
]);

const layers: Check = (files) =>
  files.flatMap(({ path, imports }) => {
    if (isTest(path)) return [];
    const top = path.split('/')[0]!;
    return imports.flatMap(({ target, typeOnly, specifier }) => {
      const says = (reason: string) => [violation('layers', path, `imports ${specifier}: ${reason}`)];
      if (
        (top === 'app' || top === 'inngest') &&
        target.startsWith('db/') &&
        !mayOpenDatabase.has(path) &&
        !typeOnly
      )
        return says('app and inngest reach the database only through lib');
      if (top === 'app' && target.startsWith('local/')) return says('app never imports local');
      if (top === 'lib' && /^(app|inngest|local)\//.test(target))
        return says('lib imports neither app, inngest nor local');
      if (top === 'lib' && /^(next|next-auth|next-intl|react|react-dom)(\/|$)/.test(target))
        return says('lib knows no screens');
      if (path.startsWith('local/inngest/') && /^(app|db|lib|inngest|messages)\//.test(target))
        return says('the runner can be lifted out: it imports nothing of the project');
      return [];
    });
  });

/** Writing across contexts inside one transaction: the two named exceptions of the architecture. */
const mayWriteTo: Record<string, readonly string[]> = {
  ledger: ['billing', 'betting'],
  matching: ['ordering'],
};
/** A file that opens a transaction writes; so does one that was handed one. */
const writes = (file: SourceFile | undefined) => !file || /\btransaction\(|\btx: Tx\b/.test(file.text);

const contexts: Check = (files) => {
  const frontDoors = new Map(
    files
      .filter(({ path }) => /^lib\/[^/]+\/index\.ts$/.test(path))
      .map((file) => [contextOf(file.path)!, file]),
  );
  return files.flatMap(({ path, imports }) => {
    const own = contextOf(path);
    if (isTest(path)) return [];
    return imports.flatMap(({ target, specifier, typeOnly, names }) => {
      const says = (reason: string) => [violation('contexts', path, `imports ${specifier}: ${reason}`)];
      const table = /^db\/schema\/(.+)\.ts$/.exec(target)?.[1];
      if (own && table && table !== 'kernel' && table !== own && own !== 'reports')
        return says(`only lib/${table} touches the tables of ${table}`);
      const other = contextOf(target);
      if (!other || other === own || shared.has(other)) return [];
      const door = `lib/${other}/index.ts`;
      // Browser code may take the inputs; policies and screens take everything else through the front door.
      if (target !== door && !(path.startsWith('app/') && target === `lib/${other}/inputs.ts`))
        return says(`another context is entered by ${door} only`);
      if (!own || own === 'reports' || typeOnly || mayWriteTo[other]?.includes(own)) return [];
      const door_ = frontDoors.get(other);
      const verbs = names.filter((name) => {
        const from = door_?.imports.find((item) => item.names.includes(name));
        return from && !from.typeOnly && writes(files.find((file) => file.path === from.target));
      });
      return verbs.length
        ? says(`${verbs.join(', ')} writes: only a policy in inngest/ writes across contexts`)
        : [];
    });
  });
};

/** Libraries without I/O or clock of their own. */
const pureLibraries = new Set(['temporal-polyfill', 'zod']);

const pureRules: Check = (files) =>
  files
    .filter(({ path }) => path.endsWith('.rules.ts'))
    .flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ target, typeOnly }) =>
            !typeOnly &&
            !target.endsWith('.rules.ts') &&
            !target.startsWith('lib/kernel/') &&
            !pureLibraries.has(target),
        )
        .map(({ specifier }) =>
          violation('pure rules', path, `imports ${specifier}: rules import only rules and kernel`),
        ),
    );

// The kernel makes the clock, the ids and the chance; everybody else takes them from ctx.
const clock: Check = (files) =>
  files
    .filter(({ path }) => path.startsWith('lib/') && !path.startsWith('lib/kernel/') && !isTest(path))
    .flatMap(({ path, text, program }) => {
      const found: Violation[] = [];
      walk(program, (node) => {
        const callee = node.callee as Node | undefined;
        const name = callee && text.slice(callee.start, callee.end);
        const empty = (node.arguments as unknown[] | undefined)?.length === 0;
        const says =
          node.type === 'NewExpression' && name === 'Date' && empty
            ? 'new Date()'
            : node.type === 'CallExpression' &&
                name &&
                /^(Date\.now|Math\.random|(crypto\.)?randomUUID|Temporal\.Now\.\w+)$/.test(name)
              ? `${name}()`
              : undefined;
        if (says)
          found.push(
            violation(
              'clock',
              `${path}:${lineOf(text, node.start)}`,
              `${says}: take it from ctx (now, newId, random)`,
            ),
          );
      });
      return found;
    });

const kebab = (name: string) =>
  name.replace(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`).replace(/^-/, '');
const freeNames = /^(index|inputs|events|reads|testing|.*\.rules|.*\.test)\.ts$/;

const names: Check = (files) =>
  files.flatMap(({ path, text, exports }) => {
    const file = basename(path);
    // An address: where managers edit service types.
    const named = path.replace('app/(manager)/manage/services/', '');
    if (/(^|\/)(utils?|helpers?|service|services|types|dto|common|misc)(\.|\/|$)/.test(named))
      return [violation('names', path, 'says nothing: name it after what it holds')];
    if (!/^[a-z0-9[\]().@-]+$/.test(file)) return [violation('names', path, 'file names are kebab-case')];
    const context = contextOf(path);
    const isVerbFile =
      (context &&
        !shared.has(context) &&
        !freeNames.test(file) &&
        path.split('/').length === 3 &&
        /\btransaction\(/.test(text)) ||
      (/^inngest\/[^/]+\.ts$/.test(path) &&
        !/^(index|client|policy|relay-outbox)\.ts$|\.test\.ts$/.test(file));
    // A policy that calls the verb of its own name says so: createWorkerAccountPolicy.
    if (
      isVerbFile &&
      !exports.some((name) => kebab(name.replace(/Policy$/, '')) === file.replace(/\.ts$/, ''))
    )
      return [
        violation('names', path, `exports no function of its own name (${exports.join(', ') || 'nothing'})`),
      ];
    return [];
  });

const policies: Check = (files) => {
  const index = files.find(({ path }) => path === 'inngest/index.ts');
  const tests = files
    .filter(({ path }) => isTest(path))
    .map(({ text }) => text)
    .join('\n');
  return files
    .filter(
      ({ path, text }) =>
        /^inngest\/[^/]+\.ts$/.test(path) && /\b(policy|schedule)\(/.test(text) && !isTest(path),
    )
    .filter(({ path }) => path !== 'inngest/policy.ts')
    .flatMap(({ path, exports }) => {
      const found: Violation[] = [];
      if (!index?.imports.some(({ target }) => target === path))
        found.push(violation('policies', path, 'is not in the list of inngest/index.ts: it would never run'));
      if (!exports.some((name) => new RegExp(`runPolicy\\(\\s*${name}\\b`).test(tests)))
        found.push(violation('policies', path, 'no test runs it with runPolicy (twice, same state)'));
      return found;
    });
};

// Every exported server action is a public endpoint: it goes through runAction, which checks origin and session.
const actions: Check = (files) =>
  files
    .filter(({ path, text }) => path.startsWith('app/') && /^\s*['"]use server['"]/m.test(text))
    .flatMap(({ path, text, program }) => {
      const found: Violation[] = [];
      for (const node of program.body as Node[]) {
        if (node.type !== 'ExportNamedDeclaration' || !node.declaration) continue;
        const body = text.slice(node.start, node.end);
        if (!/\brunAction\b/.test(body))
          found.push(
            violation('actions', `${path}:${lineOf(text, node.start)}`, 'a server action without runAction'),
          );
      }
      return found;
    });

const honestTests: Check = (files) =>
  files
    .filter(({ path }) => isTest(path) || path.startsWith('e2e/'))
    .flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\b(?:test|it|describe|dbTest)\.(?:only|skip|todo|fixme)\(|waitForTimeout\(|\.toBeTruthy\(\)|expect\(true\)/g,
        ),
      ].map((match) =>
        violation(
          'honest tests',
          `${path}:${lineOf(text, match.index)}`,
          `${match[0]}: a test neither sleeps nor is left out`,
        ),
      ),
    );

/** The rules of the house, by name. Each is proven by a seeded violation in house-rules.test.ts. */
export const houseRules: Record<string, Check> = {
  layers,
  contexts,
  'pure rules': pureRules,
  clock,
  names,
  policies,
  actions,
  'honest tests': honestTests,
};
