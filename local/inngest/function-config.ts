import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { compileExpression } from './expression.ts';
import { parseDurationMs, parseInstantMs } from './instant.ts';

export type Trigger = { event: string; expression?: string } | { cron: string; jitterMs?: number };
export type Cancellation = { event: string; if?: string; timeout?: string };
export type Concurrency = { limit: number; key?: string; scope: 'fn' | 'env' | 'account' };
/** `limit` starts in a period, evenly spread (GCRA), and `burst` more at once. */
export type Rate = { limit: number; periodMs: number; burst: number; key?: string };

/** One function as this runner understands it; stored as JSON, so that a restart needs no new sync. */
export type FunctionConfig = {
  id: string;
  name: string;
  uuid: string;
  url: string;
  maxAttempts: number;
  triggers: Trigger[];
  cancel: Cancellation[];
  concurrency: Concurrency[];
  idempotency?: string;
  priority?: string;
  throttle?: Rate;
  rateLimit?: Rate;
  debounce?: { periodMs: number; timeoutMs?: number; key?: string };
  batch?: { maxSize: number; timeoutMs: number; key?: string; if?: string };
  singleton?: { mode: 'skip' | 'cancel'; key?: string };
  timeouts?: { startMs?: number; finishMs?: number };
};

type Fields = Record<string, unknown>;
const KNOWN =
  `id name triggers steps concurrency idempotency cancel priority throttle rateLimit debounce batchEvents singleton
  timeouts`.split(/\s+/);
const NOT_IN_BATCHES = ['debounce', 'singleton', 'cancel', 'priority', 'rateLimit', 'idempotency'];
const DAY_MS = 86_400_000;

/** A sync that this runner cannot honour; the message names the function and the option. */
export class SyncRefused extends Error {}

/**
 * Reads one function of a `/fn/register` body. Throws SyncRefused for anything that would otherwise be silently
 * ignored: an option this runner does not have, a bad expression, cron, duration or number.
 */
export function readFunctionConfig(raw: unknown): FunctionConfig {
  const source = (raw ?? {}) as Fields;
  const id = source.id;
  if (typeof id !== 'string' || !id || id.length > 512 || id.includes('\0'))
    throw new SyncRefused('a function has no id');
  const refuse = (option: string, why: string): never => {
    throw new SyncRefused(`function "${id}": option "${option}" ${why}`);
  };
  const onlyKnown = (fields: Fields, known: string[], prefix = '') => {
    for (const field of Object.keys(fields))
      if (!known.includes(field) && fields[field] != null)
        refuse(prefix + field, 'is not supported by this runner');
  };
  const expression = (option: string, text: unknown): string | undefined => {
    if (text == null || text === '') return undefined;
    try {
      compileExpression(String(text));
    } catch (error) {
      refuse(option, `is not a valid expression: ${(error as Error).message.split('\n')[0]}`);
    }
    return String(text);
  };
  const duration = (option: string, text: unknown, from: number, to: number): number => {
    const ms = parseDurationMs(String(text));
    if (ms === undefined) return refuse(option, `"${text}" is not a duration`);
    return ms < from || ms > to ? refuse(option, `must be from ${from / 1000} s to ${to / 1000} s`) : ms;
  };
  const whole = (option: string, value: unknown, from: number, to: number): number =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to
      ? (value as number)
      : refuse(option, `must be a number from ${from} to ${to}`);
  /** An option that is an object with these fields, handed to `read`; absent, it stays so. */
  const option = <T>(name: string, known: string, read: (fields: Fields) => T): T | undefined => {
    const fields = source[name] as Fields | null | undefined;
    if (fields == null) return undefined;
    if (typeof fields !== 'object') return refuse(name, 'must be an object');
    onlyKnown(fields, known.split(' '), `${name}.`);
    return read(fields);
  };
  const list = (name: string): Record<string, string>[] =>
    [source[name] ?? []].flat().map((entry) => {
      const fields = Object.entries(
        (typeof entry === 'object' && entry) || refuse(name, 'must be a list of objects'),
      );
      return Object.fromEntries(fields.map(([field, value]) => [field, value ? String(value) : '']));
    });
  const rate = (name: string) =>
    option(name, 'limit period burst key', ({ limit, period, burst, key }): Rate => {
      const most = whole(`${name}.limit`, limit, 1, 1_000_000);
      return {
        limit: most,
        periodMs: duration(`${name}.period`, period, 1000, name === 'rateLimit' ? DAY_MS : 365 * DAY_MS),
        // As in the real server: a tenth of a rate limit may come at once.
        burst:
          name === 'rateLimit' ? Math.floor(most / 10) : whole(`${name}.burst`, burst ?? 0, 0, 1_000_000),
        key: expression(`${name}.key`, key),
      };
    });

  onlyKnown(source, KNOWN);
  const step = (source.steps as { step?: { runtime?: { url?: string }; retries?: { attempts?: number } } })
    ?.step;
  // Which deployment registered them makes no other functions of them.
  const url = String(step?.runtime?.url ?? '').replace(/([?&])deployId=[^&]*&?/, '$1');
  if (!step || !url || !/^https?:\/\//.test(url))
    throw new SyncRefused(`function "${id}": no http address to call`);

  const triggers = list('triggers').map((trigger): Trigger => {
    if (trigger.event)
      return { event: trigger.event, expression: expression('triggers.if', trigger.expression) };
    if (!trigger.cron) return refuse('triggers', 'has neither an event nor a cron');
    try {
      nextTick(trigger.cron, new Date());
    } catch (error) {
      refuse('triggers.cron', `"${trigger.cron}" is not a cron schedule: ${(error as Error).message}`);
    }
    const { cron, jitter } = trigger;
    return jitter ? { cron, jitterMs: duration('triggers.jitter', jitter, 1000, 300_000) } : { cron };
  });

  const cancel = list('cancel').map((entry): Cancellation => {
    if (!entry.event) refuse('cancelOn', 'has no event');
    if (entry.timeout && parseInstantMs(entry.timeout, 0) === undefined)
      refuse('cancelOn.timeout', 'is not a duration or date');
    return { event: entry.event as string, if: expression('cancelOn.if', entry.if), timeout: entry.timeout };
  });

  const limits = source.concurrency == null ? [] : [source.concurrency].flat();
  if (limits.length > 2) refuse('concurrency', 'has more than two limits');
  const concurrency = limits.map((entry): Concurrency => {
    const fields = (typeof entry === 'object' && entry ? entry : { limit: entry }) as Fields;
    onlyKnown(fields, ['limit', 'key', 'scope'], 'concurrency.');
    const scope = (fields.scope || 'fn') as Concurrency['scope'];
    if (!['fn', 'env', 'account'].includes(scope)) refuse('concurrency.scope', `"${scope}" is not known`);
    const key = expression('concurrency.key', fields.key);
    if (scope !== 'fn' && !key) refuse('concurrency.scope', `"${scope}" needs a key`);
    return { limit: whole('concurrency.limit', fields.limit, 1, 1_000_000), key, scope };
  });

  if (source.batchEvents != null)
    for (const other of NOT_IN_BATCHES)
      if ([source[other] ?? []].flat().length > 0)
        refuse('batchEvents', `cannot be combined with "${other.replace('cancel', 'cancelOn')}"`);

  return {
    id,
    name: typeof source.name === 'string' ? source.name : id,
    uuid: uuidOf(id),
    url,
    maxAttempts: whole('retries', step?.retries?.attempts ?? 4, 0, 20) + 1,
    triggers,
    cancel,
    concurrency,
    idempotency: expression('idempotency', source.idempotency),
    priority: option('priority', 'run', ({ run }) => expression('priority.run', run)),
    throttle: rate('throttle'),
    rateLimit: rate('rateLimit'),
    debounce: option('debounce', 'period timeout key', ({ period, timeout, key }) => ({
      periodMs: duration('debounce.period', period, 1000, 7 * DAY_MS),
      timeoutMs: timeout == null ? undefined : duration('debounce.timeout', timeout, 1000, 365 * DAY_MS),
      key: expression('debounce.key', key),
    })),
    batch: option('batchEvents', 'maxSize timeout key if', (fields) => ({
      maxSize: whole('batchEvents.maxSize', fields.maxSize, 2, 5000),
      timeoutMs: duration('batchEvents.timeout', fields.timeout, 1000, DAY_MS),
      key: expression('batchEvents.key', fields.key),
      if: expression('batchEvents.if', fields.if),
    })),
    singleton: option('singleton', 'mode key', ({ mode, key }) => ({
      mode:
        mode === 'skip' || mode === 'cancel' ? mode : refuse('singleton.mode', 'must be "skip" or "cancel"'),
      key: expression('singleton.key', key),
    })),
    timeouts: option('timeouts', 'start finish', ({ start, finish }) => ({
      startMs: start ? duration('timeouts.start', start, 1, 365 * DAY_MS) : undefined,
      finishMs: finish ? duration('timeouts.finish', finish, 1, 365 * DAY_MS) : undefined,
    })),
  };
}

/** The first tick of a schedule (optionally `TZ=Area/City ` in front) after `from`. Throws on a bad schedule. */
export function nextTick(schedule: string, from: Date): Date | null {
  const [, zone, pattern] = schedule.match(/^(?:CRON_)?TZ=(\S+)\s+(.*)$/) ?? [undefined, 'UTC', schedule];
  return new Cron(pattern as string, { timezone: zone, paused: true }).nextRun(from);
}

/** A stable UUID for a name, where the protocol wants one. */
export function uuidOf(id: string): string {
  const hex = createHash('sha1').update(id).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
