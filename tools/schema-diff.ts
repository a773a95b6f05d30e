import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

import { openThrowAwayPostgres } from '../src/db/embedded-postgres.ts';
import { migrate } from '../src/db/migrate.ts';

const schemaFile = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

/**
 * Compares a migrated database with what the Prisma schema says, without Prisma's native engine, whose download needs
 * the internet. What Prisma cannot express (CHECKs, triggers, partial indexes) is passed over.
 *
 * @param connectionString a database to which all migrations have been applied
 * @param schema the text of a Prisma schema; by default the project's
 * @returns the SQL that would bring the database to the schema; empty when they agree
 * @throws Error of the engine when the schema is not valid
 */
export async function schemaDiff(connectionString: string, schema = readFileSync(schemaFile, 'utf8')): Promise<string> {
  const files = [{ path: schemaFile, content: schema }];
  const pool = new pg.Pool({ connectionString });
  await loadEngine();
  const engine = await engineModule.SchemaEngine.new(
    { datamodels: [[schemaFile, schema]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new CatalogAdapterFactory(pool)),
  );
  try {
    const { stdout } = await engine.diff({
      // Not "migrations": the adapter cuts a script at every semicolon, those within functions and comments too.
      from: { tag: 'schemaDatasource', files, configDir: dirname(schemaFile) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return withoutComment(stdout ?? '');
  } finally {
    engine.free();
    await pool.end();
  }
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;

/** The server's adapter, taught a type that it does not know: "char", that of the one-letter codes in Postgres's catalogs. */
class CatalogAdapterFactory extends PrismaPg {
  override async connect(): Promise<Adapter> {
    const adapter = await super.connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    return Object.assign(adapter, {
      queryRaw: async (query: SqlQuery): Promise<SqlResultSet> => {
        const { fields } = await adapter.underlyingDriver().query({ text: query.sql, values: query.args });
        if (!fields.some(isCode)) return queryRaw(query);
        const columns = fields.map((field) => (isCode(field) ? `"${field.name}"::text` : `"${field.name}"`));
        const catalog = query.sql.trim().replace(/;$/, '');
        const result = await queryRaw({ ...query, sql: `SELECT ${columns.join(', ')} FROM (${catalog}) AS catalog` });
        const columnTypes = result.columnTypes.map((type, index) => {
          const field = fields[index];
          return field !== undefined && isCode(field) ? ColumnTypeEnum.Character : type;
        });
        return { ...result, columnTypes };
      },
    });
  }
}

const charTypeId = 18;

function isCode(field: pg.FieldDef): boolean {
  return field.dataTypeID === charTypeId;
}

/** The part of the global that is used here; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

let loaded: Promise<void> | undefined;

/** The package's own entry imports the WebAssembly file as a module, which Node does only behind a flag. */
function loadEngine(): Promise<void> {
  loaded ??= (async () => {
    const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
    const bytes = readFileSync(join(folder, 'schema_engine_bg.wasm'));
    const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engineModule });
    engineModule.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start();
  })();
  return loaded;
}

/** The engine's word for "no difference" is a comment. */
function withoutComment(script: string): string {
  return script.trim() === '-- This is an empty migration.' ? '' : script;
}

/** Prints the SQL of the migration that is missing between `prisma/migrations` and `prisma/schema.prisma`. */
async function main(): Promise<void> {
  const postgres = await openThrowAwayPostgres();
  const pool = new pg.Pool({ connectionString: postgres.connectionString });
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
