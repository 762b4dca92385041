import type { z } from 'zod';
import { Refused } from './refused.ts';

/**
 * Parses input, without the NUL characters that Postgres keeps in no text; throws `Refused('invalid')` whose fields name
 * what is wrong, by message key.
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(withoutNul(input));
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const issue of result.error.issues) {
    const field = issue.path.join('.');
    fields[field] ??= messageKey(issue, valueAt(input, issue.path));
  }
  throw new Refused('invalid', { fields });
}

function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '');
  if (Array.isArray(value)) return value.map(withoutNul);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutNul(each)]));
}

// A custom message that is itself a key ("ordering.past_date") wins; otherwise a general key by kind.
function messageKey(issue: z.core.$ZodIssue, value: unknown): string {
  if (/^[a-z_]+(\.[a-z_]+)+$/.test(issue.message)) return issue.message;
  if (issue.code === 'too_big') return issue.origin === 'string' ? 'too_long' : 'too_big';
  if (issue.code === 'too_small') return issue.origin === 'string' ? 'required' : 'too_small';
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'required';
  // A choice that nobody made; a wrong one is not made on our forms.
  if (issue.code === 'invalid_value' && (value == null || value === '')) return 'required';
  return 'malformed';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}
