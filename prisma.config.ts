import { defineConfig } from 'prisma/config';

/**
 * The verbs that never touch a database. Prisma's command line looks for its native schema engine before any verb and
 * tries to download it when it is missing, which fails on machines without internet; these verbs then never run it. Any
 * existing file satisfies the look-up, so Node's own binary stands in. `prisma migrate` with a stand-in would do
 * nothing and report success, so no other verb gets it.
 */
const verbsWithoutEngine = new Set(['generate', 'validate', 'format']);

const verb = process.argv[2];
if (verb !== undefined && verbsWithoutEngine.has(verb)) {
  process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;
}

const databaseUrl = process.env['DATABASE_URL'];

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(databaseUrl === undefined ? {} : { datasource: { url: databaseUrl } }),
});
