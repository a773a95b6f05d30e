import pg from 'pg';

/** The white-space separated terms of a search; none when there is nothing to search for. */
export function searchTerms(search: string | undefined): string[] {
  return (search ?? '').replaceAll('\0', '').split(/\s+/).filter(Boolean);
}

/** A value of a filter. */
export type FilterValue = string | number | Date | readonly string[];

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
      const placeholder = this.parameter(patternOf(term));
      this.#conditions.push(`(${columns.map((column) => `${column} ILIKE ${placeholder}`).join(' OR ')})`);
    }
  }

  /**
   * The same of all columns at once: `text` is them in lower case, with a white space between two, which no term has. An
   * index may hold it (docs/adr/0010-search.md).
   */
  addSearchOfText(search: string | undefined, text: string): void {
    for (const term of searchTerms(search)) this.#conditions.push(`${text} LIKE lower(${this.parameter(patternOf(term))})`);
  }

  get isEmpty(): boolean {
    return this.#conditions.length === 0;
  }

  /** ` AND …` for each condition, empty when there is none. */
  get and(): string {
    return this.#conditions.map((condition) => ` AND ${condition}`).join('');
  }
}

/** A term's characters, whatever they mean in a pattern, anywhere. */
function patternOf(term: string): string {
  return `%${term.replace(/[\\%_]/g, '\\$&')}%`;
}

function literal(value: FilterValue): string {
  if (value instanceof Date) return `timestamptz '${value.toISOString()}'`;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? pg.escapeLiteral(value) : `ARRAY[${value.map((item) => pg.escapeLiteral(item)).join(', ')}]`;
}
