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

/** Where the engine believes the Prisma schema to be; also the project's schema file. */
export const schemaFile = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url));

/**
 * Works with Prisma's schema engine on a database. It is the WebAssembly build, which comes from npm; the native one
 * would have to be downloaded.
 *
 * @param connectionString the database
 * @param schema the text of the Prisma schema
 * @param work what to do with the engine
 * @returns what the work returns
 * @throws Error of the engine when the schema is not valid
 */
export async function withSchemaEngine<T>(
  connectionString: string,
  schema: string,
  work: (engine: engineModule.SchemaEngine) => Promise<T>,
): Promise<T> {
  await loadEngine();
  const pool = new pg.Pool({ connectionString });
  try {
    const engine = await engineModule.SchemaEngine.new(
      { datamodels: [[schemaFile, schema]] },
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(new CatalogAdapterFactory(pool)),
    );
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
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
