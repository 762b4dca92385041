import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A source file as the checks see it: its path from the root, its text, its imports as paths from the root, its tree. */
export type SourceFile = {
  path: string;
  text: string;
  imports: { specifier: string; target: string; typeOnly: boolean; names: string[] }[];
  exports: string[];
  program: Node;
};
export type Node = { type: string; start: number; end: number; [key: string]: unknown };

/** Parses one file. Throws when it is not TypeScript. */
export function sourceFile(path: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(path, text);
  if (errors.length) throw new Error(`${path}: ${errors[0]!.message}`);
  const imports: SourceFile['imports'] = [];
  const add = (specifier: string, typeOnly: boolean, names: string[]) =>
    imports.push({ specifier, target: resolve(path, specifier), typeOnly, names });
  for (const item of module.staticImports) {
    const names = item.entries.map((entry) => entry.importName.name ?? '*');
    add(
      item.moduleRequest.value,
      item.entries.length > 0 && item.entries.every((entry) => entry.isType),
      names,
    );
  }
  for (const item of module.staticExports.flatMap((statement) => statement.entries)) {
    if (item.moduleRequest) add(item.moduleRequest.value, item.isType, [item.importName.name ?? '*']);
  }
  for (const item of module.dynamicImports) {
    const literal = /^['"`]([^'"`]+)['"`]$/.exec(
      text.slice(item.moduleRequest.start, item.moduleRequest.end).trim(),
    );
    if (literal) add(literal[1]!, false, ['*']);
  }
  const exports = module.staticExports.flatMap((statement) =>
    statement.entries.filter((entry) => !entry.isType).map((entry) => entry.exportName.name ?? 'default'),
  );
  return { path, text, imports, exports, program: program as unknown as Node };
}

/** Reads and parses files given by their paths from the root. */
export function readSources(root: string, paths: readonly string[]): SourceFile[] {
  return paths.map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')));
}

// "#lib/x.ts" and "./x.ts" become "lib/x.ts"; a package keeps its name.
function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return join(dirname(from), specifier);
  return specifier;
}

/** Visits every node of a tree. */
export function walk(node: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit);
  } else if (node && typeof node === 'object') {
    if (typeof (node as Node).type === 'string') visit(node as Node);
    for (const value of Object.values(node)) if (value && typeof value === 'object') walk(value, visit);
  }
}

/** "line" of an offset, for messages. */
export const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
