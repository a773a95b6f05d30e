import pg from 'pg';
import { z } from 'zod';

import { parseFilterInstant } from '../../dates.ts';
import { FieldError } from '../../errors.ts';
import type { PageSource } from '../output/pagination.ts';

/** Query parameters of lists. An empty value is no filter; an unparseable one is 400 on that parameter. */
export const filterUuid = z
  .string()
  .refine((value) => value === '' || z.guid().safeParse(value).success, 'Enter a valid UUID.')
  .transform((value) => (value === '' ? undefined : value.toLowerCase()))
  .optional()
  .meta({ override: { type: 'string', format: 'uuid' } });

export const filterBoolean = z
  .string()
  .refine((value) => value === '' || /^(true|false)$/i.test(value), 'Enter true or false.')
  .transform((value) => (value === '' ? undefined : value.toLowerCase() === 'true'))
  .optional()
  .meta({ override: { type: 'boolean' } });

const FILTER_INSTANT_MESSAGE = 'Enter a valid date/time.';

/** One end of a range, checked here so that it is reported beside other parameters; `instantFilter` reads it. */
export const filterInstantText = z
  .string()
  .refine((value) => value === '' || parseFilterInstant(value, 'UTC', 'from') !== undefined, FILTER_INSTANT_MESSAGE)
  .optional()
  .meta({ override: { type: 'string', format: 'date-time' } });

/** A choice out of an enum; unknown values are 400. */
export function filterChoice<const Values extends readonly string[]>(values: Values): z.ZodType<Values[number] | undefined, string | undefined> {
  return z
    .string()
    .transform((value, context): Values[number] | undefined => {
      if (value === '') return undefined;
      const known = values.find((candidate) => candidate === value);
      if (known !== undefined) return known;
      context.addIssue(`Select a valid choice. ${value.slice(0, 100)} is not one of the available choices.`);
      return z.NEVER;
    })
    .optional()
    .meta({ override: { type: 'string', enum: [...values] } });
}

export const orderingParameter = z.string().optional().meta({ description: 'Which field to use when ordering the results; `-` before it for descending.' });
export const searchParameter = z.string().max(1_000).optional().meta({ description: 'Terms that must all occur, in any case.' });

/**
 * Reads one end of a range. A date alone is the whole day in the user's timezone.
 * @throws FieldError on the parameter when it is neither a date nor a timestamp
 */
export function instantFilter(parameter: string, value: string | undefined, timezone: string, edge: 'from' | 'to'): Date | undefined {
  if (value === undefined || value === '') return undefined;
  const instant = parseFilterInstant(value, timezone, edge);
  if (instant) return instant;
  throw FieldError.of(parameter, FILTER_INSTANT_MESSAGE);
}

/**
 * Builds the ORDER BY of a list.
 * @param sent the `ordering` parameter: comma-separated, `-` for descending; unknown fields are ignored
 * @param columns what a client may order by → SQL expression
 * @param fallback the default order, and `tieBreaker` what makes every order total
 */
export function orderBy(sent: string | undefined, columns: Readonly<Record<string, string>>, fallback: string, tieBreaker: string): string {
  const terms = new Map<string, string>();
  for (const term of (sent ?? '').split(',').slice(0, 10)) {
    const descending = term.trim().startsWith('-');
    const field = term.trim().replace(/^-/, '');
    const column = Object.hasOwn(columns, field) ? columns[field] : undefined;
    if (column !== undefined && !terms.has(column)) terms.set(column, descending ? `${column} DESC` : column);
  }
  if (terms.size === 0) return fallback;
  const last = [...terms.values()].at(-1) ?? '';
  return `${[...terms.values()].join(', ')}, ${tieBreaker}${last.endsWith(' DESC') ? ' DESC' : ''}`;
}

/**
 * Reads a list from both of its ends: its last rows are the first ones of the reverse order, so that nobody walks over what
 * is before them.
 * @param order an ORDER BY as `orderBy` makes it, of columns that are never null
 * @param read runs the list's query in that order, or in its reverse
 */
export function rowsFromBothEnds<Item>(
  order: string,
  read: (order: string, limit: number, offset: number) => Promise<Item[]>,
): Pick<PageSource<Item>, 'rows' | 'lastRows'> {
  return {
    rows: (limit, offset) => read(order, limit, offset),
    lastRows: async (limit) => (await read(reverseOrder(order), limit, 0)).reverse(),
  };
}

function reverseOrder(order: string): string {
  return order
    .split(', ')
    .map((term) => (term.endsWith(' DESC') ? term.slice(0, -' DESC'.length) : `${term} DESC`))
    .join(', ');
}

/** The white-space separated terms of a search, of which there may be 20; none when there is nothing to search for. */
export function searchTerms(search: string | undefined): string[] {
  return (search ?? '').replaceAll('\0', '').split(/\s+/).filter(Boolean).slice(0, 20);
}

/** A value of a filter. */
type FilterValue = string | number | Date;

/** Collects WHERE conditions and their parameters. */
export class Conditions {
  readonly parameters: unknown[] = [];
  readonly #conditions: string[] = [];
  readonly #areValuesPlanned: boolean;

  /**
   * @param options.areValuesPlanned writes values into the text instead of placeholders: Postgres plans with them, so that such
   *   a statement is worth no name
   */
  constructor({ areValuesPlanned = false } = {}) {
    this.#areValuesPlanned = areValuesPlanned;
  }

  /** Adds a parameter and returns what stands for it in the text. */
  parameter(value: FilterValue): string {
    if (this.#areValuesPlanned) return literal(value);
    this.parameters.push(value);
    return `$${this.parameters.length}`;
  }

  /** Adds a condition on a value, unless the value is undefined. */
  add(value: FilterValue | undefined, condition: (placeholder: string) => string): void {
    if (value !== undefined) this.#conditions.push(condition(this.parameter(value)));
  }

  /** Adds a condition without a parameter. */
  addFixed(condition: string): void {
    this.#conditions.push(condition);
  }

  /** Every term must occur in one of the columns, in any case. */
  addSearch(search: string | undefined, columns: readonly string[]): void {
    for (const term of searchTerms(search)) {
      const placeholder = this.parameter(`%${term.replace(/[\\%_]/g, '\\$&')}%`);
      this.#conditions.push(`(${columns.map((column) => `${column} ILIKE ${placeholder}`).join(' OR ')})`);
    }
  }

  get isEmpty(): boolean {
    return this.#conditions.length === 0;
  }

  /** ` AND …` for each condition, empty when there is none. */
  get and(): string {
    return this.#conditions.map((condition) => ` AND ${condition}`).join('');
  }
}

function literal(value: FilterValue): string {
  if (value instanceof Date) return `timestamptz '${value.toISOString()}'`;
  return typeof value === 'number' ? String(value) : pg.escapeLiteral(value);
}
