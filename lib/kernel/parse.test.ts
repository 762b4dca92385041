import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parse } from './parse.ts';
import { Refused } from './refused.ts';

const schema = z.object({ outcome: z.enum(['completed', 'failed']) });

function codeOf(outcome: unknown): string | undefined {
  try {
    parse(schema, { outcome });
  } catch (error) {
    if (error instanceof Refused) return error.fields.outcome;
    throw error;
  }
  return undefined;
}

describe('parse', () => {
  it.each([undefined, null, ''])('asks for a choice that nobody made: %j', (outcome) => {
    expect(codeOf(outcome)).toBe('required');
  });

  it('says of a choice that there is not that it looks wrong', () => {
    expect(codeOf('eaten')).toBe('malformed');
  });

  it('leaves out NUL, which the database takes in no text, and leaves files, times and money alone', () => {
    const at = new Date(0);
    const anything = z.object({ text: z.string(), more: z.array(z.any()), at: z.date(), cents: z.bigint() });
    expect(parse(anything, { text: 'a\0b\0', more: [{ why: '\0' }, 7], at, cents: 1n })).toEqual({
      text: 'ab',
      more: [{ why: '' }, 7],
      at,
      cents: 1n,
    });
    expect(() => parse(z.object({ what: z.string().min(1) }), { what: '\0' })).toThrow(Refused);
  });
});
