import { createHash } from 'node:crypto';
import { Environment } from '@marcbachmann/cel-js';

type Compiled = (context: Record<string, unknown>) => unknown;

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const compiled = new Map<string, Compiled>();

/** Compiles a CEL expression once. Throws if it is not CEL. */
export function compileExpression(source: string): Compiled {
  let expression = compiled.get(source);
  if (!expression) {
    expression = environment.parse(source) as unknown as Compiled;
    // Bounded: expressions come with each waitForEvent and may have values interpolated by the app.
    if (compiled.size > 5000) compiled.clear();
    compiled.set(source, expression);
  }
  return expression;
}

/** True only if the expression says exactly true; a missing field or a type error is "no", as on the real server. */
export function matches(source: string | undefined | null, event: unknown, async?: unknown): boolean {
  if (!source) return true;
  try {
    return compileExpression(source)({ event, async }) === true;
  } catch {
    return false;
  }
}

/** The value of a key expression (concurrency, idempotency) as text, or undefined if it cannot be computed. */
export function keyValue(source: string, event: unknown): string | undefined {
  try {
    const value = compileExpression(source)({ event });
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
    // Long ones as a hash: keys stand in indexes.
    return text.length > 200
      ? createHash('sha256').update(text).digest('hex')
      : text.replaceAll('\0', '\ufffd');
  } catch {
    return undefined;
  }
}
