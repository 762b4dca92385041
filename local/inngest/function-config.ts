import { Cron } from 'croner';
import { z } from 'zod';
import { compileExpression } from './expression.ts';
import { DAY_MS, parseDurationMs, parseInstantMs, uuidOf, YEAR_MS } from './protocol.ts';

/** A sync that this runner cannot honour; the message names the function and the option. */
export class SyncRefused extends Error {}

/** Text that `read` takes without throwing. */
const parsed = <T>(read: (text: string) => T, why = '') =>
  z.string().transform((text, ctx): T => {
    try {
      return read(text);
    } catch (error) {
      ctx.addIssue(why + (error as Error).message.split('\n')[0]);
      return z.NEVER;
    }
  });
const fail = (why: string): never => {
  throw new Error(why);
};
const key = parsed((text) => compileExpression(text) && text, 'is not a valid expression: ').optional();
const schedule = parsed(
  (text) => [nextTick(text, new Date()), text][1] as string,
  'is not a cron schedule: ',
);
const instant = parsed((text) =>
  parseInstantMs(text, 0) === undefined ? fail('is not a duration or date') : text,
);
const duration = (from: number, to: number) =>
  parsed((text) => {
    const ms = parseDurationMs(text) ?? fail(`"${text}" is not a duration`);
    return ms < from || ms > to ? fail(`must be from ${from / 1000} s to ${to / 1000} s`) : ms;
  });
const whole = (from: number, to: number) => {
  const error = `must be a number from ${from} to ${to}`;
  return z.int(error).min(from, error).max(to, error);
};

const jitter = duration(1000, 300_000).optional();
const rate = { limit: whole(1, 1_000_000), key };
const year = duration(1, YEAR_MS).optional();
const trigger = z
  .strictObject({ event: z.string().optional(), expression: key, cron: schedule.optional(), jitter })
  .refine(({ event, cron }) => event ?? cron, 'has neither an event nor a cron')
  .transform(({ jitter: jitterMs, ...own }) => ({ ...own, jitterMs }));
const cancellation = z.strictObject({
  // As they are looked up: a name, or all below one of its parts.
  event: z.string('has no event').regex(/^([^*]*[/.])?\*$|^[^*]+$/, 'may have a * only for the last part'),
  if: key,
  timeout: instant.optional(),
});
const asLimit = (raw: unknown) => (typeof raw === 'number' ? { limit: raw } : raw);
const limit = z
  .strictObject({ limit: rate.limit, key, scope: z.enum(['fn', 'env', 'account']).default('fn') })
  .refine(({ scope, key }) => scope === 'fn' || key, { error: 'needs a key', path: ['scope'] });
const list = <T extends z.ZodType>(type: T) => z.preprocess((raw) => [raw ?? []].flat(), z.array(type));
const step = z.object({
  runtime: z.object({ url: z.string().regex(/^https?:\/\//, 'is not an http address') }),
  retries: z.object({ attempts: whole(0, 20).default(4) }).default({ attempts: 4 }),
});

/** What this runner understands of a function in a `/fn/register` body; anything else is refused. */
const FUNCTION = z.strictObject({
  id: z.string().max(512),
  name: z.string().optional(),
  steps: z.object({ step }),
  triggers: list(trigger),
  cancel: list(cancellation),
  concurrency: list(z.preprocess(asLimit, limit)).refine(
    (limits) => limits.length <= 2,
    'has more than two limits',
  ),
  idempotency: key,
  priority: z.strictObject({ run: key }).optional(),
  /** `limit` starts in a period, evenly spread (GCRA), and `burst` more at once. */
  throttle: z
    .strictObject({ ...rate, period: duration(1000, YEAR_MS), burst: whole(0, 1_000_000).default(0) })
    .transform(({ period: periodMs, ...own }) => ({ ...own, periodMs }))
    .optional(),
  // As in the real server: a tenth of a rate limit may come at once.
  rateLimit: z
    .strictObject({ ...rate, period: duration(1000, DAY_MS) })
    .transform(({ period: periodMs, ...own }) => ({ ...own, periodMs, burst: Math.floor(own.limit / 10) }))
    .optional(),
  debounce: z
    .strictObject({ period: duration(1000, 7 * DAY_MS), timeout: duration(1000, YEAR_MS).optional(), key })
    .transform(({ period: periodMs, timeout: timeoutMs, key }) => ({ periodMs, timeoutMs, key }))
    .optional(),
  batchEvents: z
    .strictObject({ maxSize: whole(2, 5000), timeout: duration(1000, DAY_MS), key, if: key })
    .transform(({ timeout: timeoutMs, ...own }) => ({ ...own, timeoutMs }))
    .optional(),
  singleton: z.strictObject({ mode: z.enum(['skip', 'cancel']), key }).optional(),
  timeouts: z
    .strictObject({ start: year, finish: year })
    .transform(({ start: startMs, finish: finishMs }) => ({ startMs, finishMs }))
    .optional(),
});

export type FunctionConfig = ReturnType<typeof readFunctionConfig>;
export type Rate = { limit: number; periodMs: number; burst: number; key?: string };

const NOT_IN_BATCHES = ['debounce', 'singleton', 'cancel', 'priority', 'rateLimit', 'idempotency'] as const;
/** Fields that are called otherwise in the options of a function, or not at all. */
const NAMES: Record<string, string> = { cancel: 'cancelOn', expression: 'if', steps: '', step: '' };
const nameOf = (path: PropertyKey[]) =>
  path.flatMap((part) => (typeof part === 'string' && (NAMES[part] ?? part)) || []).join('.');

/** Reads one function of a `/fn/register` body. Throws SyncRefused for all that would otherwise be silently ignored. */
export function readFunctionConfig(raw: unknown) {
  // Servers of other languages write what is not set as null or as nothing.
  const set = (_: string, value: unknown) => (value === null || value === '' ? undefined : value);
  const given = JSON.parse(JSON.stringify(raw ?? {}), set);
  const id = given?.id;
  if (typeof id !== 'string' || id.includes('\0')) throw new SyncRefused('a function has no id');
  const { data, error } = FUNCTION.safeParse(given);
  const refuse = (option: string, why: string): never => {
    throw new SyncRefused(`function "${id}": option "${option}" ${why}`);
  };
  const [issue] = error?.issues ?? [];
  if (issue?.code === 'unrecognized_keys')
    return refuse(nameOf([...issue.path, issue.keys[0] as string]), 'is not supported by this runner');
  if (!data) return refuse(nameOf(issue?.path ?? []), issue?.message ?? 'cannot be read');
  const { steps, batchEvents: batch, priority, ...fn } = data;
  for (const other of batch ? NOT_IN_BATCHES : [])
    if ([data[other] ?? []].flat().length > 0)
      refuse('batchEvents', `cannot be combined with "${NAMES[other] ?? other}"`);
  const { runtime, retries } = steps.step;
  // Which deployment registered them makes no other functions of them.
  const url = runtime.url.replace(/([?&])deployId=[^&]*&?/, '$1');
  const more = { uuid: uuidOf(id), url, maxAttempts: retries.attempts + 1, batch, priority: priority?.run };
  return { ...fn, name: fn.name ?? id, ...more };
}

/** The first tick of a schedule (optionally `TZ=Area/City ` in front) after `from`. Throws on a bad schedule. */
export function nextTick(schedule: string, from: Date): Date | null {
  const [, zone, pattern] = schedule.match(/^(?:CRON_)?TZ=(\S+)\s+(.*)$/) ?? [undefined, 'UTC', schedule];
  return new Cron(pattern as string, { timezone: zone, paused: true }).nextRun(from);
}
