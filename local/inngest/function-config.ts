import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { compileExpression } from './expression.ts';
import { parseInstantMs } from './instant.ts';

export type Trigger = { event: string; expression?: string } | { cron: string };
export type Cancellation = { event: string; if?: string; timeout?: string };
export type Concurrency = { limit: number; key?: string; scope: 'fn' | 'env' | 'account' };

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
};

const KNOWN = new Set(['id', 'name', 'triggers', 'steps', 'concurrency', 'idempotency', 'cancel']);

/** A sync that this runner cannot honour; the message names the function and the option. */
export class SyncRefused extends Error {}

/**
 * Reads one function of a `/fn/register` body. Throws SyncRefused for anything that would otherwise be silently
 * ignored: an option this runner does not have, a bad expression, cron or number.
 */
export function readFunctionConfig(raw: unknown): FunctionConfig {
  const source = (raw ?? {}) as Record<string, unknown>;
  const id = source.id;
  if (typeof id !== 'string' || !id) throw new SyncRefused('a function has no id');
  const refuse = (option: string, why: string): never => {
    throw new SyncRefused(`function "${id}": option "${option}" ${why}`);
  };
  for (const option of Object.keys(source)) {
    if (!KNOWN.has(option) && source[option] != null) refuse(option, 'is not supported by this runner');
  }
  const expression = (option: string, text: unknown): string | undefined => {
    if (text == null || text === '') return undefined;
    try {
      compileExpression(String(text));
    } catch (error) {
      refuse(option, `is not a valid expression: ${(error as Error).message.split('\n')[0]}`);
    }
    return String(text);
  };

  const step = (source.steps as { step?: { runtime?: { url?: string }; retries?: { attempts?: number } } })
    ?.step;
  const url = step?.runtime?.url;
  if (!url || !/^https?:\/\//.test(url)) throw new SyncRefused(`function "${id}": no http address to call`);
  const retries = step.retries?.attempts ?? 4;
  if (!Number.isInteger(retries) || retries < 0 || retries > 20)
    refuse('retries', 'must be a number from 0 to 20');

  const triggers = ((source.triggers ?? []) as Record<string, string>[]).map((trigger): Trigger => {
    if (trigger.event)
      return { event: trigger.event, expression: expression('triggers.if', trigger.expression) };
    if (!trigger.cron) return refuse('triggers', 'has neither an event nor a cron');
    if (trigger.jitter) refuse('triggers.jitter', 'is not supported by this runner');
    try {
      nextTick(trigger.cron, new Date());
    } catch (error) {
      refuse('triggers.cron', `"${trigger.cron}" is not a cron schedule: ${(error as Error).message}`);
    }
    return { cron: trigger.cron };
  });

  const cancel = ((source.cancel ?? []) as Record<string, string>[]).map((entry): Cancellation => {
    if (!entry.event) refuse('cancelOn', 'has no event');
    if (entry.timeout && parseInstantMs(entry.timeout, 0) === undefined)
      refuse('cancelOn.timeout', 'is not a duration or date');
    return { event: entry.event as string, if: expression('cancelOn.if', entry.if), timeout: entry.timeout };
  });

  const limits = source.concurrency == null ? [] : [source.concurrency].flat();
  if (limits.length > 2) refuse('concurrency', 'has more than two limits');
  const concurrency = limits.map((entry): Concurrency => {
    const limit =
      typeof entry === 'number'
        ? { limit: entry }
        : (entry as { limit: number; key?: string; scope?: string });
    if (!Number.isInteger(limit.limit) || limit.limit < 1)
      refuse('concurrency', 'needs a limit of at least 1');
    const scope = ('scope' in limit && limit.scope) || 'fn';
    if (scope !== 'fn' && scope !== 'env' && scope !== 'account')
      refuse('concurrency.scope', `"${scope}" is not known`);
    const key = 'key' in limit ? expression('concurrency.key', limit.key) : undefined;
    if (scope !== 'fn' && !key) refuse('concurrency.scope', `"${scope}" needs a key`);
    return { limit: limit.limit, key, scope: scope as Concurrency['scope'] };
  });

  return {
    id,
    name: typeof source.name === 'string' ? source.name : id,
    uuid: uuidOf(id),
    url,
    maxAttempts: retries + 1,
    triggers,
    cancel,
    concurrency,
    idempotency: expression('idempotency', source.idempotency),
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
