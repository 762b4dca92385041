import type { Violation } from './house-rules.ts';

const machinePath =
  /(?<![\w./:])\/(?:work\/(?:main|shared)|home\/\w+|root|Users\/\w+|builds|tmp\/mcf)(?=[/\s'"`]|$)/;
const registryHost = /https?:\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio|npm\.pkg)[\w.-]*\//;

/** What no committed text may hold: an absolute path of somebody's machine, or the host of a package registry. */
export function textRules(path: string, text: string): Violation[] {
  const found: Violation[] = [];
  text.split('\n').forEach((line, index) => {
    const where = `${path}:${index + 1}`;
    const machine = machinePath.exec(line);
    if (machine) found.push({ rule: 'texts', where, says: `${machine[0]}: an absolute path of a machine` });
    if (registryHost.test(line)) found.push({ rule: 'texts', where, says: 'names the host of a registry' });
  });
  if (path === 'package-lock.json' && /"resolved": "(?!file:)/.test(text))
    found.push({
      rule: 'texts',
      where: path,
      says: 'the lockfile carries hosts: remove its "resolved" lines',
    });
  return found;
}
