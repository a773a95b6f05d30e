import type { KnipConfig } from 'knip';

/** Finds files, exports and dependencies that nothing uses, in `npm run lint`. */
const config: KnipConfig = {
  entry: [
    'bench/*.ts',
    // Processes of their own, started by path.
    'bench/attack/*.ts',
    'bench/reference/server.ts',
    'test/support/embedded-postgres-process.ts',
    'tools/*.ts',
  ],
  project: ['{src,test,bench,tools}/**/*.ts'],
  ignoreExportsUsedInFile: true,
  // In their order: the generated client imports it, its platform's package is loaded by name, its file is served.
  ignoreDependencies: ['@prisma/client', 'embedded-postgres', 'redoc'],
  // A test is skipped where it is not installed.
  ignoreBinaries: ['pgbouncer'],
};

export default config;
