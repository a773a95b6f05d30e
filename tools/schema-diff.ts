import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

import { openThrowAwayPostgres } from '../src/embedded-postgres/embedded-postgres.ts';
import { migrate, migrationsDirectory } from '../src/db/migrate.ts';
import { schemaFile, withSchemaEngine } from './schema-engine.ts';

const filters = { externalTables: [], externalEnums: [] };

/**
 * Compares a migrated database with what the Prisma schema says. What Prisma cannot express (CHECKs, triggers, partial
 * and expression indexes) is passed over.
 *
 * @param connectionString a database to which all migrations have been applied
 * @param schema the text of a Prisma schema; by default the project's
 * @returns the SQL that would bring the database to the schema; empty when they agree
 * @throws Error of the engine when the schema is not valid
 */
export async function schemaDiff(connectionString: string, schema = readFileSync(schemaFile, 'utf8')): Promise<string> {
  const files = [{ path: schemaFile, content: schema }];
  return withSchemaEngine(connectionString, schema, async (engine) => {
    const { stdout } = await engine.diff({
      // Not "migrations": the adapter cuts a script at every semicolon, those within functions and comments too.
      from: { tag: 'schemaDatasource', files, configDir: dirname(schemaFile) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters,
    });
    return withoutComment(stdout ?? '');
  });
}

/** The engine's word for "no difference" is a comment. */
function withoutComment(script: string): string {
  return script.trim() === '-- This is an empty migration.' ? '' : script;
}

/**
 * Asks Prisma's engine what `prisma migrate status` would say of a database that our own runner migrated.
 *
 * @param connectionString the database
 * @returns the names of migrations that the engine finds edited or failed, and how the histories differ (null: not at all)
 */
export async function migrationStatus(
  connectionString: string,
): Promise<{ edited: string[]; failed: string[]; difference: string | null }> {
  const names = readdirSync(migrationsDirectory).filter((name) => existsSync(join(migrationsDirectory, name, 'migration.sql')));
  return withSchemaEngine(connectionString, readFileSync(schemaFile, 'utf8'), async (engine) => {
    const found = await engine.diagnoseMigrationHistory({
      migrationsList: {
        baseDir: migrationsDirectory,
        lockfile: { path: 'migration_lock.toml', content: readFileSync(join(migrationsDirectory, 'migration_lock.toml'), 'utf8') },
        shadowDbInitScript: '',
        migrationDirectories: names.sort().map((name) => ({
          path: name,
          migrationFile: {
            path: 'migration.sql',
            content: { tag: 'ok', value: readFileSync(join(migrationsDirectory, name, 'migration.sql'), 'utf8') },
          },
        })),
      },
      optInToShadowDatabase: false,
      filters,
    });
    return {
      edited: found.editedMigrationNames,
      failed: found.failedMigrationNames,
      difference: found.history?.diagnostic ?? null,
    };
  });
}

/** Prints the SQL of the migration that is missing between `prisma/migrations` and `prisma/schema.prisma`. */
async function main(): Promise<void> {
  const postgres = await openThrowAwayPostgres();
  const pool = new pg.Pool({ connectionString: postgres.connectionString });
  // The job queue warns about a pool without these.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    await migrate(pool);
    process.stdout.write(await schemaDiff(postgres.connectionString));
  } finally {
    await pool.end();
    await postgres.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
