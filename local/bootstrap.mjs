// The first step of every npm script. It has no dependencies and works on Node 20: it installs what the lockfile
// says when that is needed, and goes on under the Node 24 that came with it.
// Usage: node local/bootstrap.mjs FILE.ts|COMMAND [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');

function fail(message) {
  console.error(`\n${message}\n`);
  process.exit(1);
}

/** True when every package of the lockfile that this machine needs is there in the right version. */
function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    // npm writes this file at the very end: a killed install has none.
    const present = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, want]) => {
      if (path === '' || want.link) return true;
      const have = present[path];
      return have
        ? have.version === want.version && have.integrity === want.integrity
        : want.optional === true;
    });
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Two commands started together must not install into the same folder at the same time. */
function withInstallLock(work) {
  const lock = join(root, '.tmp', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let said = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      let holder = 0;
      try {
        holder = Number(readFileSync(lock, 'utf8'));
      } catch {
        continue;
      }
      if (!holder || !isAlive(holder) || holder === process.pid) {
        rmSync(lock, { force: true });
        continue;
      }
      if (!said) console.log(`Waiting for another install in this folder (process ${holder}) …`);
      said = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function install() {
  if (isInstalled()) return;
  console.log('Installing packages from the lockfile …');
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const started = Date.now();
  const result = spawnSync(
    npm[0],
    [
      ...npm.slice(1),
      // Not `npm ci`: registries that mirror only some platforms make it refuse a lockfile without the others.
      // Like this npm keeps to the lockfile, verifies it, and never writes it.
      ...[
        'install',
        '--no-save',
        '--ignore-scripts',
        '--include=dev',
        '--include=optional',
        '--no-audit',
        '--no-fund',
      ],
      ...['--prefer-offline', '--loglevel=error'],
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, NODE_ENV: '' } },
  );
  if (result.error) fail(`npm could not be started: ${result.error.message}`);
  if (result.signal) process.exit(128 + constants.signals[result.signal]);
  if (result.status !== 0 || !isInstalled()) {
    fail(
      'The packages could not be installed. What npm said is above.\n' +
        'The first run, and the first after an update, need the npm registry: check the network, a proxy\n' +
        '(npm config get proxy), free disk space, and that this folder can be written; then run the command again.',
    );
  }
  console.log(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** The id of the npm process above us, so that we can end when it is killed. */
function npmAbove() {
  if (!process.env.npm_lifecycle_event || !existsSync('/proc/self/stat')) return undefined;
  let pid = process.ppid;
  for (let step = 0; step < 3 && pid > 1; step++) {
    try {
      if (/^npm\b|npm-cli/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')))
        return pid;
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      pid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function goOn() {
  const home = join(modules, `node-${process.platform}-${process.arch}`, 'bin');
  const node = join(home, 'node');
  if (!existsSync(node)) {
    fail(
      `There is no Node 24 for ${process.platform}-${process.arch} among the packages.\n` +
        'Make Cats Free runs on Linux x64, Linux arm64 and macOS arm64.',
    );
  }
  const [target, ...rest] = process.argv.slice(2);
  const command = target.endsWith('.ts') ? node : join(modules, '.bin', target);
  const args = target.endsWith('.ts') ? [join(root, target), ...rest] : rest;
  const child = spawn(command, args, {
    cwd: root,
    // The extra channel tells the child when we are killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      PATH: [home, join(modules, '.bin'), process.env.PATH].join(delimiter),
      NEXT_TELEMETRY_DISABLED: '1',
      // The check asks git for the files; git refuses a checkout of another user without this, also to root.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: root,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // The child decides what to do; in a terminal it hears Ctrl-C itself as well and counts both as one.
    process.on(signal, () => child.kill(signal));
  }
  const npm = npmAbove();
  if (npm) {
    setInterval(() => {
      if (!isAlive(npm)) child.kill('SIGTERM');
    }, 1000).unref();
  }
  child.on('error', (error) => fail(`${command} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}

if (Number(process.versions.node.split('.')[0]) < 20) fail('Node 20 or newer is needed to begin.');
if (!process.argv[2]) fail('Usage: node local/bootstrap.mjs FILE.ts|COMMAND [arguments]');
try {
  if (!isInstalled()) withInstallLock(install);
} catch (error) {
  fail(`This folder cannot be written: ${root}\n${error.message}`);
}
try {
  await import('./patch-packages.mjs');
} catch (error) {
  console.error(`The corrections to packages could not be made: ${error.message}`);
}
goOn();
