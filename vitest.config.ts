import { defineConfig } from 'vitest/config';

/** These replace a module for themselves, so they need modules of their own; all others share what is loaded once. */
const REPLACING_MODULES = ['test/db/queries.test.ts', 'test/recurrence/schedule.test.ts', 'test/sessions/login-cost.test.ts', 'test/transactions/full-disk.test.ts'];

export default defineConfig({
  test: {
    globalSetup: 'test/support/global-setup.ts',
    pool: 'forks',
    // Beside each worker, Postgres works too.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: REPLACING_MODULES, isolate: false } },
      { extends: true, test: { name: 'isolated', include: REPLACING_MODULES } },
    ],
  },
});
