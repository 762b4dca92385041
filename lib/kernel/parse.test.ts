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
});
