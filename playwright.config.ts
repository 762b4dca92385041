import { defineConfig } from '@playwright/test';
import { chromium } from './local/chromium.ts';

const { executablePath, args, env } = chromium();
const fresh = '**/order-to-settlement.spec.ts';

/**
 * Journeys in a real browser. `npm run e2e` and `npm test` start an instance of their own and pass its addresses:
 * E2E_APP_URL, E2E_OUTSIDE_URL, E2E_RUNNER_URL, E2E_DATABASE_URL, E2E_ADMIN_URL, E2E_DATA_DIR, E2E_SIGN_INS.
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // One instance and two cores: journeys take turns, and the one whose sums were computed by hand finds it fresh.
  workers: 1,
  projects: [
    { name: 'on a fresh instance', testMatch: fresh },
    { name: 'on the same', testIgnore: fresh },
  ],
  retries: 0,
  forbidOnly: true,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: process.env.E2E_REPORT ?? '.tmp/test/playwright.json' }]],
  use: {
    baseURL: process.env.E2E_APP_URL,
    browserName: 'chromium',
    headless: true,
    locale: 'en-US',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    launchOptions: {
      executablePath,
      args,
      env: { ...(process.env as Record<string, string>), ...env },
    },
  },
});
