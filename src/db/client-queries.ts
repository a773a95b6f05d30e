import type pg from 'pg';

import type { Queryable, Statement } from './database.ts';
import { ROW_TYPES } from './row-values.ts';

/** Runs prepared statements on one connection, inside whatever transaction is open there. */
export class ClientQueries implements Queryable {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async rows<Row extends object>(prepared: Statement<Row>, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#client.query<Row>({ name: prepared.name, text: prepared.text, values: [...parameters], types: ROW_TYPES });
    return result.rows;
  }

  async row<Row extends object>(prepared: Statement<Row>, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows(prepared, parameters))[0];
  }
}
