/**
 * The columns of a table, declared once: from a declaration come the type of a row that is read, the type of one that is
 * written, and the lists of names that SELECT, INSERT and RETURNING need. A new column is one line here and a migration.
 */
import type { InstantText } from '../dates.ts';
import { Decimal } from '../money.ts';

/** A column: its type in SQL, and what it holds when it is read and when it is written. */
export interface Column<Read, Write = Read> {
  /** As SQL names it. */
  readonly type: string;
  /** Written by the database or by statements of their own, never by an INSERT of a whole row. */
  readonly isGenerated: boolean;
  /** Never set: carries the types of what is written and read. */
  readonly carries?: (written: Write) => Read;
}

export type Columns = Readonly<Record<string, Column<unknown, never>>>;

/** A row as SQL returns it. */
export type RowOf<Declared extends Columns> = {
  [Name in keyof Declared]: Declared[Name] extends Column<infer Read, never> ? Read : never;
};

/** A row as an INSERT takes it: what the database generates is left out. */
export type NewRowOf<Declared extends Columns> = {
  [Name in keyof Declared as WrittenType<Declared[Name]> extends never ? never : Name]: WrittenType<Declared[Name]>;
};

type WrittenType<Declared> = Declared extends Column<unknown, infer Write> ? Write : never;

function column<Read, Write = Read>(type: string): Column<Read, Write> {
  return { type, isGenerated: false };
}

export const uuid = column<string>('uuid');
export const text = column<string>('text');
export const boolean = column<boolean>('boolean');
export const smallint = column<number>('smallint');
/** As Postgres writes it, since a number would lose its last digits. */
export const bigint = column<string>('bigint');
/** Read as text with all its decimals. */
export const numeric = column<string, Decimal>('numeric');
export const instant = column<InstantText, Date>('timestamptz');

/** Any JSON. SQL's NULL stands for JSON's null, and for what is undefined. */
export const jsonb = column<unknown>('jsonb');

/** Text of which the types say which there are. */
export function textOf<Value extends string>(): Column<Value> {
  return column<Value>('text');
}

/** The same, or null. */
export function orNull<Read, Write>({ type, isGenerated }: Column<Read, Write>): Column<Read | null, Write | null> {
  return { type, isGenerated };
}

/** The same, but no INSERT of a row gives it a value. */
export function generated<Read>({ type }: Column<Read, never>): Column<Read, never> {
  return { type, isGenerated: true };
}

/** SQL for all columns of a row, for SELECT and RETURNING. */
export function selectSql(columns: Columns, alias: string): string {
  return Object.keys(columns).map((name) => `${alias}.${name}`).join(', ');
}

/** The names of the columns that an INSERT writes, in the order of `parametersOf`. */
export function writtenNames(columns: Columns): string[] {
  return Object.entries(columns).flatMap(([name, { isGenerated }]) => (isGenerated ? [] : [name]));
}

/**
 * SQL for the one row that parameters bring, as `n` with the columns' names. It spares Postgres the arrays that several rows need.
 * @param first the number of the first of the parameters that `valuesOf` makes
 */
export function rowOfParametersSql(columns: Columns, first: number): string {
  return `(SELECT ${valuesSql(columns, first)}) AS n (${writtenNames(columns).join(', ')})`;
}

/**
 * SQL for the rows that parameters bring, as `n` with the columns' names and `ordinal`, their order from 1 on.
 * @param first the number of the first of the parameters that `parametersOf` makes
 */
export function rowsOfParametersSql(columns: Columns, first: number): string {
  const names = writtenNames(columns);
  const arrays = names.map((name, index) => `$${first + index}::${columns[name]?.type ?? 'text'}[]`);
  return `unnest(${arrays.join(', ')}) WITH ORDINALITY AS n (${names.join(', ')}, ordinal)`;
}

/** @returns an array for each column that is written, with a value for each row */
export function parametersOf(columns: Columns, rows: readonly Readonly<Record<string, unknown>>[]): unknown[][] {
  return writtenNames(columns).map((name) => rows.map((row) => toParameter(row[name], columns[name]?.type)));
}

/**
 * SQL for the parameters of one row, in the order of `valuesOf`.
 * @param first the number of the first of them
 */
export function valuesSql(columns: Columns, first: number): string {
  return writtenNames(columns).map((name, index) => `$${first + index}::${columns[name]?.type ?? 'text'}`).join(', ');
}

/** SQL that sets each written column to its parameter, as `valuesSql` numbers them. */
export function assignmentsSql(columns: Columns, first: number): string {
  return `(${writtenNames(columns).join(', ')}) = ROW(${valuesSql(columns, first)})`;
}

/** @returns the value of each written column out of a row that may have more; null where it has none */
export function valuesOf(columns: Columns, row: Readonly<Record<string, unknown>>): unknown[] {
  return writtenNames(columns).map((name) => toParameter(row[name] ?? null, columns[name]?.type));
}

function toParameter(value: unknown, type: string | undefined): unknown {
  if (type === jsonb.type) return value === undefined || value === null ? null : JSON.stringify(value);
  return value instanceof Decimal ? value.toFixed() : value;
}
