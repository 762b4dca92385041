// Corrections to packages that their authors have not released yet; runs after every install, on Node 20.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = resolve(fileURLToPath(import.meta.url), '../../node_modules');

// postgres 3.4.9 writes to a connection that has closed in between, from a timer where nobody can catch it: a
// restart of the database would end the process. The query itself has been rejected already.
// See porsager/postgres issues 1154 and 1208; to be removed with the release that has the guard.
const patches = ['src', 'cjs/src'].map((folder) => ({
  file: `postgres/${folder}/connection.js`,
  from: 'function nextWrite(fn) {\n    const x = socket.write(chunk, fn)',
  to: 'function nextWrite(fn) {\n    if (socket === null) return (chunk = nextWriteTimer = null, false)\n    const x = socket.write(chunk, fn)',
}));

for (const { file, from, to } of patches) {
  const path = join(modules, file);
  if (!existsSync(path)) continue;
  const text = readFileSync(path, 'utf8');
  if (text.includes(to) || !text.includes(from)) continue;
  // Replaced in one step: another command may be loading it. A new file also leaves npm's cache alone.
  writeFileSync(`${path}.${process.pid}`, text.replace(from, to));
  renameSync(`${path}.${process.pid}`, path);
}
