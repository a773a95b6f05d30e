import { createHash } from 'node:crypto';

/**
 * Gives statements the names under which Postgres keeps them prepared on each connection. Lists have a text for each
 * combination of filters, orders and search terms, of which a client can ask for hundreds of thousands: those that come
 * after the first so many get no name, and Postgres forgets them when they have run.
 */
export class QueryNames {
  readonly #names = new Map<string, string>();
  readonly #capacity: number;

  /** @param capacity how many texts get names */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @returns undefined when there is no name left */
  nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= this.#capacity) return known;
    const name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
    this.#names.set(text, name);
    return name;
  }
}
