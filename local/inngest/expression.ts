import { createHash } from 'node:crypto';
import { type ASTNode, Environment, type ParseResult, serialize } from '@marcbachmann/cel-js';

const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const compiled = new Map<string, ParseResult>();

/** Compiles a CEL expression once. Throws if it is not CEL. */
export function compileExpression(source: string): ParseResult {
  let expression = compiled.get(source);
  if (!expression) {
    expression = environment.parse(source);
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

/** Long keys as a hash: they stand in indexes. */
const short = (text: string) => (text.length > 200 ? createHash('sha256').update(text).digest('hex') : text);

/** The value of a key expression (concurrency, idempotency) as text, or undefined if it cannot be computed. */
export function keyValue(source: string, event: unknown): string | undefined {
  try {
    const value = compileExpression(source)({ event });
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
    return short(text).replaceAll('\0', '\ufffd');
  } catch {
    return undefined;
  }
}

const [MAX_DEPTH, MAX_KEYS] = [6, 5000] as const;
const isScalar = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value);
const matchKey = (path: string[], value: unknown) => short(JSON.stringify([...path, value]));
const conjuncts = (node: ASTNode): ASTNode[] =>
  node.op === '&&' ? (node.args as [ASTNode, ASTNode]).flatMap(conjuncts) : [node];
const pathOf = (node: ASTNode) =>
  serialize(node)
    .match(/^(event|async)((?:\.\w+)+)$/)?.[0]
    .split('.') ?? [];

/** What an event must hold for the expression to be true, as an indexed key: an `event.… == async.…` that must hold. */
export function awaitedKey(source: string | undefined, event: unknown): string | undefined {
  for (const { op, args } of source ? conjuncts(compileExpression(source).ast) : []) {
    const sides = op === '==' ? (args as [ASTNode, ASTNode]).map(pathOf) : [];
    const [ours, theirs] = ['event', 'async'].map((root) => sides.find(([name]) => name === root)?.slice(1));
    if (!ours || !theirs || theirs.length > MAX_DEPTH) continue;
    const value = ours.reduce<unknown>((at, name) => (at as Record<string, unknown> | null)?.[name], event);
    if (isScalar(value)) return matchKey(theirs, value);
  }
}

/** All keys that events offer to waiting runs; undefined if they are too many to be looked up. */
export function offeredKeys(events: unknown[]): string[] | undefined {
  const keys = new Set<string>();
  const walk = (value: unknown, path: string[]) => {
    if (isScalar(value)) keys.add(matchKey(path, value));
    else if (value && !Array.isArray(value) && path.length < MAX_DEPTH && keys.size <= MAX_KEYS)
      for (const [name, field] of Object.entries(value)) walk(field, [...path, name]);
  };
  for (const event of events) walk(event, []);
  return keys.size > MAX_KEYS ? undefined : [...keys];
}
