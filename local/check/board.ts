import type { Policy } from '#inngest/policy.ts';
import type { SourceFile } from './source-files.ts';

/** One line of the board: an event, who emits it, and who hears it. */
type BoardEvent = { name: string; constant: string; context: string; emitters: string[]; hearers: string[] };
type BoardPolicy = { id: string; hears: string[]; cron?: string; verbs: string[] };

const contextOf = (path: string) => /^lib\/([^/]+)\//.exec(path)?.[1] ?? path.split('/')[0]!;
const verbOf = (path: string) =>
  path
    .replace(/^.*\//, '')
    .replace(/\.ts$/, '')
    .replace(/-(\w)/g, (_, c: string) => c.toUpperCase());

/**
 * Reads the board off the code: events from events.ts, emitters from `.emit(event`, hearers from the policies, verbs
 * from what a policy's file imports out of front doors and calls.
 */
// biome-ignore lint/suspicious/noExplicitAny: the list of policies holds every event's type.
export function readBoard(files: readonly SourceFile[], policies: readonly Policy<any>[]) {
  const declared = files.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:export const )?(\w+|'[\w-]+')(?: =|:) defineEvent\(\s*'([^']+)'/g)].map(
      (match) => ({
        constant: match[1]!.replaceAll("'", ''),
        name: match[2]!,
        context: contextOf(path),
      }),
    ),
  );
  const sources = files.filter(({ path }) => !path.endsWith('.test.ts') && !path.endsWith('testing.ts'));
  const board: BoardPolicy[] = policies.map((policy) => {
    const file = sources.find(
      ({ path, text }) => path.startsWith('inngest/') && text.includes(`'${policy.id}'`),
    );
    const verbs = (file?.imports ?? [])
      .filter(({ target, typeOnly }) => !typeOnly && target.startsWith('lib/') && !target.endsWith('/ctx.ts'))
      .flatMap(({ names, target }) => names.map((name) => ({ name, context: contextOf(target) })))
      .filter(({ name }) => new RegExp(`\\b${name}\\((?!\\s*\\{\\s*id)`).test(file!.text))
      .map(({ name, context }) => `${context}.${name}`);
    return { id: policy.id, hears: policy.on.map(({ name }) => name), cron: policy.cron, verbs };
  });
  const events: BoardEvent[] = declared.map((event) => ({
    ...event,
    emitters: sources
      .filter(({ text }) => new RegExp(`\\.emit\\(\\s*${event.constant}\\b`).test(text))
      .map(({ path }) => `${contextOf(path)}.${verbOf(path)}`),
    hearers: board.filter(({ hears }) => hears.includes(event.name)).map(({ id }) => id),
  }));
  return { events: events.sort((a, b) => a.name.localeCompare(b.name)), policies: board };
}

const node = (text: string) => text.replace(/\W/g, '_');

/** docs/board.md: a picture for each context, then the tables behind it. */
export function drawBoard({ events, policies }: ReturnType<typeof readBoard>): string {
  const contexts = [...new Set(events.map(({ context }) => context))].sort();
  const lines = [
    '# The board',
    '',
    'Generated from the code by `npm run board`; `npm run check` fails when it is out of date.',
    'Orange: an event. Blue: the verb that emits it or that a policy calls. Violet: a policy ("when this happened, do that").',
  ];
  for (const context of contexts) {
    const own = events.filter((event) => event.context === context);
    lines.push('', `## ${context}`, '', '```mermaid', 'flowchart LR');
    const drawn = new Set<string>();
    const draw = (line: string) => {
      if (!drawn.has(line)) lines.push(`  ${line}`);
      drawn.add(line);
    };
    for (const event of own) {
      draw(`e_${node(event.name)}("${event.name}"):::event`);
      for (const emitter of event.emitters) {
        draw(`v_${node(emitter)}["${emitter}"]:::verb`);
        draw(`v_${node(emitter)} --> e_${node(event.name)}`);
      }
      for (const id of event.hearers) {
        draw(`p_${node(id)}{{"${id}"}}:::policy`);
        draw(`e_${node(event.name)} --> p_${node(id)}`);
        for (const verb of policies.find((policy) => policy.id === id)?.verbs ?? []) {
          draw(`v_${node(verb)}["${verb}"]:::verb`);
          draw(`p_${node(id)} --> v_${node(verb)}`);
        }
      }
    }
    lines.push(
      '  classDef event fill:#f6c177,stroke:#8a5a00,color:#2b2118',
      '  classDef verb fill:#cfe3f5,stroke:#2b5c86,color:#14293b',
      '  classDef policy fill:#e4d7f2,stroke:#5f3f8a,color:#2a1b3d',
      '```',
    );
  }
  lines.push('', '## Events', '', '| event | emitted by | heard by |', '|---|---|---|');
  for (const { name, emitters, hearers } of events)
    lines.push(`| \`${name}\` | ${emitters.join(', ') || '—'} | ${hearers.join(', ') || '—'} |`);
  lines.push('', '## Policies', '', '| policy | when | calls |', '|---|---|---|');
  for (const { id, hears, cron, verbs } of [...policies].sort((a, b) => a.id.localeCompare(b.id)))
    lines.push(`| \`${id}\` | ${cron ? `clock: ${cron}` : hears.join(', ')} | ${verbs.join(', ') || '—'} |`);
  return `${lines.join('\n')}\n`;
}
