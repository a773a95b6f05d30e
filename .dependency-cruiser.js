/**
 * Arrows only point downward (CONTRIBUTING.md has the picture): `npm run lint:arrows` holds every import to that, types too.
 * Which names may be imported, such as what opens a transaction, is said in eslint.config.js.
 */
const surfaceFiles = '^src/[^/]+/[^/]+\\.(routes|schemas|presenter|requests)\\.ts$';
const lowest = '^src/(db|security|recurrence|statement-files)/';
const machinery = '^src/(db|security|recurrence|statement-files|embedded-postgres|encryption-keys|auth|mutations|ledger|jobs)/';
const nouns = '^src/(transactions|allocations|internal-transactions|linking|budgets|funding|bank-accounts|users|sessions|banks|currencies|files|health)/';
const entries = '^src/(main|demo)/';
const waysIn = '^src/(api|cli|importer|client)/';
const generated = '^src/db/generated/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-cycle-of-folders', severity: 'error', scope: 'folder', from: { path: '^src/[^/]+$' }, to: { path: '^src/[^/]+$', circular: true } },
    { name: 'every-folder-has-a-place', severity: 'error', from: { path: '^src/[^/]+/', pathNot: [machinery, nouns, entries, waysIn] }, to: {} },
    { name: 'root-files-stand-lowest', severity: 'error', from: { path: '^src/[^/]+\\.ts$' }, to: { path: '^src/[^/]+/' } },
    { name: 'lowest-rooms-know-root-files-only', severity: 'error', from: { path: lowest }, to: { path: '^src/[^/]+/', pathNot: '^src/$1/' } },
    { name: 'machinery-knows-no-noun', severity: 'error', from: { path: machinery }, to: { path: [nouns, waysIn, entries] } },
    { name: 'nouns-know-no-way-in', severity: 'error', from: { path: nouns, pathNot: surfaceFiles }, to: { path: [waysIn, entries, surfaceFiles] } },
    { name: 'the-native-surface-knows-no-other', severity: 'error', from: { path: ['^src/api/', surfaceFiles] }, to: { path: ['^src/(cli|importer|client)/', entries] } },
    { name: 'its-plumbing-knows-no-noun', severity: 'error', from: { path: '^src/api/' }, to: { path: nouns } },
    { name: 'commands-know-no-other-surface', severity: 'error', from: { path: '^src/cli/' }, to: { path: ['^src/api/', surfaceFiles, entries] } },
    {
      name: 'clients-know-nothing-of-the-server',
      severity: 'error',
      from: { path: '^src/(importer|client)/' },
      to: { path: '^src/[^/]+/', pathNot: '^src/(importer|client|statement-files)/' },
    },
  ],
  options: { doNotFollow: { path: ['node_modules', generated] }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
};
