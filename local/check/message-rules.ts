import type { Violation } from './house-rules.ts';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

// The names of the arguments of an ICU message: "{count, plural, …}" and "{name}" at the outermost level.
function argumentsOf(message: string): string {
  const found = new Set<string>();
  let depth = 0;
  for (let i = 0; i < message.length; i++) {
    if (message[i] === '{') {
      depth++;
      const name = /^\{\s*([a-zA-Z]\w*)\s*[,}]/.exec(message.slice(i));
      if (name && depth % 2 === 1) found.add(name[1]!);
    } else if (message[i] === '}') depth--;
  }
  return [...found].sort().join(' ');
}

/** Both languages say the same things: the same keys, none empty, with the same arguments. */
export function messageRules(area: string, en: Tree, ru: Tree): Violation[] {
  const [english, russian] = [flatten(en), flatten(ru)];
  const found: Violation[] = [];
  const says = (where: string, text: string) => found.push({ rule: 'messages', where, says: text });
  for (const [key, text] of english) {
    const other = russian.get(key);
    if (!text.trim()) says(`messages/en/${area}.json`, `${key} is empty`);
    if (other === undefined) says(`messages/ru/${area}.json`, `${key} is missing`);
    else if (!other.trim()) says(`messages/ru/${area}.json`, `${key} is empty`);
    else if (argumentsOf(text) !== argumentsOf(other))
      says(
        `messages/ru/${area}.json`,
        `${key} takes {${argumentsOf(other)}}, English takes {${argumentsOf(text)}}`,
      );
  }
  for (const key of russian.keys())
    if (!english.has(key)) says(`messages/en/${area}.json`, `${key} is missing`);
  return found;
}
