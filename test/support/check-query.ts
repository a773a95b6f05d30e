import type pg from 'pg';

import { ROW_TYPES } from '../../src/db/row-values.ts';
import { ITEM_KINDS, type DeclaredQuery, type Kind } from './declared-queries.ts';
import { describeQuery, type Description } from './describe-query.ts';

/** What the database says of its types and tables. */
export interface Catalog {
  types: ReadonlyMap<number, { name: string; element: number }>;
  tables: ReadonlyMap<number, { name: string; nullable: readonly number[] }>;
  /** What a value of each type is in a row. */
  reads: ReadonlyMap<number, string>;
}

/** @returns all types by their oid, and all tables by theirs, with the numbers of the columns that can be null */
export async function loadCatalog(client: pg.ClientBase): Promise<Catalog> {
  const types = await client.query<{ oid: number; name: string; element: number }>('SELECT oid, typname AS name, typelem AS element FROM pg_type');
  const tables = await client.query<{ oid: number; name: string; nullable: number[] }>(
    `SELECT c.oid, c.relname AS name, ARRAY(SELECT attnum FROM pg_attribute WHERE attrelid = c.oid AND NOT attnotnull AND attnum > 0) AS nullable
     FROM pg_class c WHERE c.relkind = 'r'`,
  );
  const samples = await client.query<Record<string, unknown>>({ text: `SELECT ${SAMPLES.map((sql, index) => `${sql} AS v${index}`).join(', ')}`, types: ROW_TYPES });
  return {
    types: new Map(types.rows.map(({ oid, ...type }) => [oid, type])),
    tables: new Map(tables.rows.map(({ oid, ...table }) => [oid, table])),
    reads: new Map(samples.fields.map(({ name, dataTypeID }) => [dataTypeID, kindOfValue(samples.rows[0]?.[name])])),
  };
}

/**
 * Compares one text of a statement with its declaration. What a column of an expression, a view or a subquery that is joined
 * from outside can be is not known: there null goes unseen.
 * @param neverNull columns of which the text sees to it that they are not null, though in their table they can be
 * @returns what does not agree, in a sentence each
 */
export async function checkQuery(client: pg.ClientBase, catalog: Catalog, declared: DeclaredQuery, text: string, neverNull: readonly string[] = []): Promise<string[]> {
  const described = await describeQuery(client, text);
  if (described instanceof Error) return [described.message];
  return [...checkColumns(catalog, declared, described, text, neverNull), ...checkParameters(catalog, declared, described)];
}

function checkColumns(catalog: Catalog, { row }: DeclaredQuery, { columns }: Description, text: string, neverNull: readonly string[]): string[] {
  const outer = new Set([...text.matchAll(/\b(?:LEFT|FULL) JOIN (\w+)/g)].map(([, table]) => table));
  return [...(row ?? [])].flatMap(([name, { kind, isNullable }]) => {
    const column = columns.find((returned) => returned.name === name);
    if (!column) return [`does not return ${name}`];
    const table = catalog.tables.get(column.table);
    const canBeNull = table !== undefined && (table.nullable.includes(column.position) || outer.has(table.name));
    return [
      ...(isReadAs(kind, column.type, catalog) ? [] : [`returns ${name} as ${nameOf(column.type, catalog)}, but its row declares ${kind}`]),
      ...(canBeNull && !isNullable && !neverNull.includes(name) ? [`returns ${name}, which can be null, but its row declares that it is not`] : []),
    ];
  });
}

function checkParameters(catalog: Catalog, { uses }: DeclaredQuery, { parameterTypes }: Description): string[] {
  return uses.flatMap(({ place, parameters }) => {
    if (parameters.length !== parameterTypes.length) return [`takes ${parameterTypes.length} parameters, but ${place} passes ${parameters.length}`];
    return parameters.flatMap((kind, index) => {
      const type = parameterTypes[index] ?? 0;
      return isWrittenAs(kind, type, catalog) ? [] : [`takes ${nameOf(type, catalog)} for $${index + 1}, but ${place} passes ${kind}`];
    });
  });
}

function nameOf(type: number, { types }: Catalog): string {
  return types.get(type)?.name ?? `type ${type}`;
}

/** A value of each type that statements return: what it is in a row is found by reading it. */
const SAMPLES = [
  ...['true', '1::int2', '1::int4', '1::int8', '1::float8', '1::numeric', `'a'::text`, `'a'::varchar`, `'{}'::jsonb`, 'gen_random_uuid()', 'current_date', 'now()'],
  ...[`'{a}'::text[]`, `'{1}'::int4[]`, `'{1}'::numeric[]`, 'ARRAY[gen_random_uuid()]', 'ARRAY[current_date]', 'ARRAY[now()]'],
];
const TEXT_TYPES = ['text', 'varchar'];

/** Says whether a column of the type is in a row what the row declares. */
function isReadAs(declared: Kind, type: number, catalog: Catalog): boolean {
  if (declared === 'any') return true;
  if (declared === 'texts') return TEXT_TYPES.includes(nameOf(type, catalog));
  if (declared === 'instant') return nameOf(type, catalog) === 'timestamptz';
  return catalog.reads.get(type) === declared;
}

function kindOfValue(value: unknown): string {
  if (Array.isArray(value)) return `${kindOfValue(value[0])}[]`;
  return value instanceof Date ? 'date' : typeof value;
}

const EVERY_TEXT: readonly Kind[] = ['string', 'texts', 'instant'];
/** What may be passed for a parameter of a type; for any other type, such as a UUID, a text. */
const WRITTEN: Readonly<Record<string, readonly Kind[]>> = {
  bool: ['boolean'],
  bytea: ['object'],
  float8: ['number'],
  int2: ['number'],
  int4: ['number'],
  int8: ['number', 'string'],
  interval: EVERY_TEXT,
  json: ['object', 'string'],
  jsonb: ['object', 'string'],
  numeric: ['number', 'string'],
  text: EVERY_TEXT,
  timestamptz: ['date', 'instant'],
  varchar: EVERY_TEXT,
};

function isWrittenAs(kind: Kind, type: number, catalog: Catalog): boolean {
  const { name, element } = catalog.types.get(type) ?? { name: '', element: 0 };
  const item = ITEM_KINDS.find((known) => kind === `${known}[]`);
  if (item) return name.startsWith('_') && isWrittenAs(item, element, catalog);
  return kind === 'any' || (WRITTEN[name] ?? ['string']).includes(kind);
}
