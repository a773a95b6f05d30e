import type { Conditions, FilterValue } from './conditions.ts';

/** Adds what one filter asks of a list's rows. */
type FilterCondition<Value> = (conditions: Conditions, value: Value) => void;

/** What each filter of a list asks of its rows. A filter without a condition does not compile. */
export type FilterConditions<Filters> = { readonly [Name in keyof Filters]-?: FilterCondition<NonNullable<Filters[Name]>> };

/** The condition of a filter that compares a column with its value. */
export function comparing(column: string, operator: '=' | '>=' | '<='): FilterCondition<FilterValue> {
  return (conditions, value) => {
    conditions.add(value, (placeholder) => `${column} ${operator} ${placeholder}`);
  };
}

/** Adds what the filters ask of a list's rows. The text depends only on which filters have a value. */
export function addFilters<Filters extends object>(conditions: Conditions, asked: FilterConditions<Filters>, filters: Filters): void {
  for (const name in asked) addFilter(conditions, asked[name], filters[name]);
}

function addFilter<Value>(conditions: Conditions, condition: FilterCondition<NonNullable<Value>>, value: Value): void {
  if (value !== undefined && value !== null) condition(conditions, value);
}

/** Makes SQL for a number, and adds its parameters. */
type CountSql<Filters> = (conditions: Conditions, filters: Filters) => string;

/**
 * The ways to count a list without looking at its rows. Each says which filters it covers and is shown no others; the rows of
 * any other combination have to be counted themselves. So a counter that has not heard of a filter cannot leave it out.
 */
export class Counters<Filters extends object> {
  readonly #counters: { covered: ReadonlySet<PropertyKey>; sql: CountSql<Filters> }[] = [];

  /** Declares a counter. It is exact for any combination of the filters that it names. */
  covering<Name extends keyof Filters>(names: readonly Name[], sql: CountSql<Pick<Filters, Name>>): this {
    this.#counters.push({ covered: new Set(names), sql });
    return this;
  }

  /** @returns the first counter that covers all filters which have a value; undefined when none does */
  find(filters: Filters): ((conditions: Conditions) => string) | undefined {
    const given = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    const counter = this.#counters.find(({ covered }) => given.every((name) => covered.has(name)));
    return counter && ((conditions) => counter.sql(conditions, filters));
  }
}
