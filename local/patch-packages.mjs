// Corrections to packages that their authors have not released yet; runs after every install, on Node 20.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = resolve(fileURLToPath(import.meta.url), '../../node_modules');

// postgres 3.4.9 does not survive a restart of the database: see docs/decisions/postgres-driver.md, which also says
// when this can go. Every change is [file, from, to].
const changes = [
  // A write from a timer after the connection has closed, where nobody could catch the fault.
  [
    'connection.js',
    'function nextWrite(fn) {\n    const x = socket.write(chunk, fn)',
    'function nextWrite(fn) {\n    if (socket === null) return (chunk = nextWriteTimer = null, false)\n    const x = socket.write(chunk, fn)',
  ],
  // A statement for a connection that is closed is refused, not kept for ever.
  [
    'connection.js',
    "function execute(q) {\n    if (terminated)\n      return queryError(q, Errors.connection('CONNECTION_DESTROYED', options))\n",
    "function execute(q) {\n    if (terminated)\n      return queryError(q, Errors.connection('CONNECTION_DESTROYED', options))\n\n    if (socket === null)\n      return queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true\n",
  ],
  // A connection lost while it asks for its array types: nobody could catch that either; who waits is told all the same.
  ['connection.js', '        return fetchArrayTypes()', '        return fetchArrayTypes().catch(() => {})'],
  // What the old connection left half-done must neither be sent to, nor reported by, the next one.
  [
    'connection.js',
    "    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    closedTime",
    "    ;(query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))\n    query = results = errorResponse = stream = null\n    result = new Result()\n    rows = 0\n    closedTime",
  ],
  [
    'connection.js',
    "    clearImmediate(nextWriteTimer)\n    socket.removeListener('data', data)\n    socket.removeListener('connect', connected)\n    idleTimer",
    "    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener('data', data)\n    socket.removeListener('connect', connected)\n    idleTimer",
  ],
  // A transaction whose connection is lost stays lost: its later statements must not run, and be committed, on the
  // connection that takes the place.
  [
    'index.js',
    '        new Promise((_, reject) => connection.onclose = reject)\n      ])\n    } catch (error) {',
    '        new Promise((_, reject) => connection.onclose = e => {\n          lost = e\n          while (queries.length) queries.shift().reject(e)\n          reject(e)\n        })\n      ])\n    } catch (error) {',
  ],
  [
    'index.js',
    '    let savepoints = 0\n      , connection\n      , prepare = null\n',
    '    let savepoints = 0\n      , connection\n      , lost = null\n      , prepare = null\n',
  ],
  [
    'index.js',
    '        q.catch(e => uncaughtError || (uncaughtError = e))\n        c.queue === full',
    '        q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost) return q.reject(lost)\n        c.queue === full',
  ],
];

const versionOf = (name) => {
  const file = join(modules, name, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
};

if (versionOf('postgres') === '3.4.9') {
  for (const folder of ['src', 'cjs/src']) {
    for (const name of ['connection.js', 'index.js']) {
      const path = join(modules, 'postgres', folder, name);
      const before = readFileSync(path, 'utf8');
      let after = before;
      for (const [file, from, to] of changes) {
        if (file !== name || after.includes(to)) continue;
        if (!after.includes(from)) throw new Error(`${path} is not what the correction expects`);
        after = after.replace(from, () => to);
      }
      if (after === before) continue;
      // Replaced in one step: another command may be loading it.
      writeFileSync(`${path}.${process.pid}`, after);
      renameSync(`${path}.${process.pid}`, path);
    }
  }
}
