import { describe, expect, test, vi } from 'vitest';
import { createDatabase } from './testing.ts';
import {
  comparable,
  comparableAnswer,
  comparableEnd,
  type FinalRun,
  isGrouped,
  readRecordings,
  type Sequence,
} from './testing-recording.ts';
import { replay, variants } from './testing-replay.ts';

/*
 * Replays the recorded scenarios of a real Inngest server: the same functions with the real SDK, the same requests of the
 * client at the same pauses, and compares every call, checkpoint, event request and answer, and how the runs ended. The
 * table of what passed is conformance.md; `npx vitest -u` writes it anew.
 */

/** Cases that are not compared, with the reason. */
const leftOut: Record<string, string> = {
  '10e':
    'how many calls the two branches make depends on the 150 ms tick of the real server (the two recordings differ)',
};

/** Exchanges of a client whose answer here is another than the real server's, on purpose: what it is, and why. */
type Other = {
  n: number;
  is: { status?: number; body?: unknown; headers?: Record<string, string> };
  why: string;
};
const otherAnswers: Record<string, Other[]> = {
  '01': [
    {
      n: 14,
      is: invalid(
        'function "bad-cron-a": option "triggers.cron" is not a cron schedule: CronPattern: invalid configuration format (\'not a cron\'), exactly five, six, or seven space separated parts are required.',
      ),
      why: 'it names the function and the option',
    },
    {
      n: 15,
      is: invalid(
        'function "bad-expr-a": option "triggers.if" is not a valid expression: Unexpected token: EOF',
      ),
      why: 'it names the function and the option',
    },
    {
      n: 16,
      is: invalid('function "bad-conc-a": option "concurrency" has more than two limits'),
      why: 'it names the function and the option',
    },
    { n: 20, is: invalid('App ID required'), why: "not the words of Go's JSON decoder" },
    {
      n: 21,
      is: { status: 404, body: { error: 'not found', status: 404 } },
      why: 'removing an app is asked for by no SDK',
    },
  ],
  '30a': [
    { n: 9, is: refused('event data must be an object, not string'), why: "the words of Go's JSON decoder" },
    {
      n: 14,
      is: refused('event ts must be a whole number of milliseconds'),
      why: "the words of Go's JSON decoder",
    },
    {
      n: 17,
      is: refused('Request body must contain an event object or an array of event objects'),
      why: "the words of Go's JSON decoder",
    },
    {
      n: 18,
      is: { status: 200, body: { ids: ['<event:1>'], status: 200 } },
      why: 'in dev mode any event key will do, an empty one too; the real server leads to its page',
    },
    { n: 19, is: { status: 404, body: { error: 'not found', status: 404 } }, why: 'there is no page at /e' },
    {
      n: 20,
      is: { status: 405, body: { error: 'Method not allowed', status: 405 } },
      why: 'it says so in words',
    },
    {
      n: 24,
      is: {
        status: 200,
        body: { status: 200, message: 'OK', database: true, registered: false, running: 0, waiting: 0 },
      },
      why: 'health says more',
    },
  ],
};

function invalid(error: string): Other['is'] {
  return { status: 400, body: { error, data: null, status: 400 } };
}

function refused(error: string): Other['is'] {
  return { status: 400, body: { ids: [''], status: 400, error } };
}

type Adapted = { cases: string[]; change: (text: string) => string; why: string };
const inAnyOrder =
  'events of one request are taken in by the real server in any order; they are sent in the order it took';
/** Cases whose text is changed before the replay, the same in the functions and in what is expected. */
const adapted: Adapted[] = [
  {
    cases: ['09c ck', '09c cl'],
    change: (text) => text.replaceAll('30s', '4s'),
    why: 'the child that outlives its caller does so for 4 s, not 30',
  },
  { cases: ['19b ck'], change: (text) => inOrder(text, [1, 3, 4, 2]), why: inAnyOrder },
  { cases: ['19b cl'], change: (text) => inOrder(text, [3, 4, 1, 2]), why: inAnyOrder },
  { cases: ['26c ck'], change: (text) => inOrder(text, [2, 1, 3]), why: inAnyOrder },
];

function inOrder(text: string, order: number[]): string {
  const sequence = JSON.parse(text) as Sequence;
  const [first] = sequence.exchanges;
  const events = first?.req.body as unknown[];
  if (first) first.req.body = order.map((place) => events[place - 1]);
  return JSON.stringify(sequence);
}

const scenarios = readRecordings();
const databaseUrl = createDatabase();
const ran = new Set<string>();
const passed = new Set<string>();
const nameOf = (sequence: Sequence) => `${sequence.case} ${sequence.app}`;
// They mostly wait.
vi.setConfig({ maxConcurrency: 10 });

function adapt(sequence: Sequence): Sequence {
  const change = adapted.find(({ cases }) => cases.includes(nameOf(sequence)))?.change;
  return change ? (JSON.parse(change(JSON.stringify(sequence))) as Sequence) : sequence;
}

async function conforms(recorded: Sequence): Promise<void> {
  const sequence = adapt(recorded);
  const { observed, answers, runs } = await replay(sequence, scenarios, await databaseUrl);
  const between = sequence.exchanges.filter(({ dir }) => dir === 'server->sdk' || dir === 'sdk->server');
  const grouped = isGrouped(between);
  expect(comparable(observed, grouped)).toEqual(comparable(between, grouped));
  for (const { recorded: exchange, res } of answers) {
    const other = otherAnswers[sequence.case]?.find(({ n }) => n === exchange.n);
    const theirs = { ...exchange.res, ...other?.is };
    expect({ n: exchange.n, ...(comparableAnswer(res) as object) }).toEqual({
      n: exchange.n,
      ...(comparableAnswer(theirs) as object),
    });
  }
  const finals = [...new Map(sequence.final.map((entry) => [entry.event, entry.runs])).values()].flat();
  const ours = runs.map(comparableEnd);
  for (const run of finals.map((each: FinalRun) => comparableEnd(each))) {
    expect(ours).toContain(run);
    ours.splice(ours.indexOf(run), 1);
  }
}

describe('recorded scenarios', { timeout: 60_000 }, () => {
  for (const sequence of scenarios.flatMap(({ sequences }) => sequences)) {
    if (leftOut[sequence.case]) continue;
    // Those with a run time of 200 ms need a machine that has 200 ms for them.
    const timed = sequence.app === 'rt';
    test(`${nameOf(sequence)}: ${sequence.what}`, { concurrent: !timed, retry: timed ? 3 : 0 }, async () => {
      ran.add(nameOf(sequence));
      expect(variants).toHaveProperty(sequence.app);
      await conforms(sequence);
      passed.add(nameOf(sequence));
    });
  }
});

test('conformance.md says what passed and what was left out, and why', async ({ skip }) => {
  const all = scenarios.flatMap(({ sequences }) => sequences);
  skip(
    all.some((each) => !leftOut[each.case] && !ran.has(nameOf(each))),
    'only some of them were asked for',
  );
  await expect(table()).toMatchFileSnapshot('conformance.md');
});

function table(): string {
  const rows = scenarios.map(({ scenario, name, sequences }) => {
    const good = sequences.filter((each) => passed.has(nameOf(each)));
    const cases = [...new Set(good.map((each) => each.case))].map((id) => {
      const apps = good.filter((each) => each.case === id).map(({ app }) => app);
      return `${id} ${apps.join(', ')}`;
    });
    return {
      number: scenario.slice(0, 2),
      name,
      of: sequences.length,
      good: good.length,
      cases: cases.join('; '),
    };
  });
  const sum = (pick: (row: (typeof rows)[number]) => number) =>
    rows.reduce((total, row) => total + pick(row), 0);
  const names = (id: string) =>
    scenarios.flatMap(({ sequences }) => sequences).filter((each) => each.case === id);
  return [
    '# What conforms to the recordings of a real Inngest server',
    '',
    'Written by `conformance.test.ts` from what passed, and compared by it with each run.',
    'After a change that is meant: `npx vitest run local/inngest/conformance.test.ts -u`.',
    '',
    `${sum((row) => row.good)} of ${sum((row) => row.of)} recorded sequences in ${rows.length} scenarios pass. The variants (ck, cl, …) are those of the recordings: ck is the SDK as it is, cl without checkpointing.`,
    '',
    ...aligned([
      ['scenario', 'passed', 'cases'],
      ...rows.map((row) => [`${row.number} ${row.name}`, `${row.good} of ${row.of}`, row.cases]),
    ]),
    '',
    '## Left out',
    '',
    ...Object.entries(leftOut).map(
      ([id, why]) =>
        `- ${id} (${names(id)
          .map(({ app }) => app)
          .join(', ')}): ${why}.`,
    ),
    '',
    '## Another answer than the real server gives, on purpose',
    '',
    ...Object.entries(otherAnswers).flatMap(([id, list]) =>
      list.map(({ n, is, why }) => `- ${id}, exchange ${n}: ${why}. Ours: \`${JSON.stringify(is)}\``),
    ),
    '',
    '## Changed before the replay',
    '',
    ...adapted.map(({ cases, why }) => `- ${cases.join(', ')}: ${why}.`),
    '- 20a: the ticks of three minutes are made due one after another, instead of waiting for them.',
    '- Backoffs (15 s and more) are 100 ms, and pauses of the client longer than 3.5 s are 3.5 s.',
    '',
    '## Not compared',
    '',
    '- Moments, durations, stacks, tracing headers, `account-id`, content types.',
    '- The public reading API (`GET /v1/events/…`, `GET /v1/runs/…`): the recordings call it not golden.',
    '- Of steps side by side: which was quicker, and what a branch saw of the others.',
    "- Fields that no SDK reads: `ctx.stack.current`, and the real server's bookkeeping in the event of an invoked function.",
    '',
  ].join('\n');
}

function aligned(rows: string[][]): string[] {
  const widths = (rows[0] as string[]).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const [head, ...rest] = rows.map(line);
  return [head as string, line(widths.map((width) => '-'.repeat(width))), ...rest];
}
