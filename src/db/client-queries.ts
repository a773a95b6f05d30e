import type pg from 'pg';

import { queryOf, type Queryable, type Query } from './database.ts';

/** Runs prepared statements on one connection, inside whatever transaction is open there. */
export class ClientQueries implements Queryable {
  readonly #client: pg.PoolClient;
  readonly #kind: { sharesSessions: boolean };

  /** @param kind whether the connection's session is shared, as the database that it is from says */
  constructor(client: pg.PoolClient, kind: { sharesSessions: boolean }) {
    this.#client = client;
    this.#kind = kind;
  }

  async rows<Row extends object>(prepared: Query<Row>, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#client.query<Row>(queryOf(prepared, parameters, this.#kind));
    return result.rows;
  }

  async row<Row extends object>(prepared: Query<Row>, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows(prepared, parameters))[0];
  }
}
