import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: ['local/test-database.ts'],
    include: ['{lib,local,inngest,db,app}/**/*.test.ts', '*.test.ts'],
    // Two cores; each worker talks to the same throwaway Postgres.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
