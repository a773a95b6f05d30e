import pg from 'pg';

/** A row as `pg` hands it over: numeric, bigint and date columns as text, instants as Dates. */
export type Row = Record<string, unknown>;

/** Runs a statement, which Postgres prepares once per connection. */
export type Rows = <Result extends object = Row>(text: string, values: readonly unknown[]) => Promise<Result[]>;

/** The database of the bare reference: `pg`, its pool and named prepared statements, nothing else. */
export class ReferenceDatabase {
  readonly #pool: pg.Pool;
  readonly #names = new Map<string, string>();

  /** Runs a statement outside a transaction. */
  readonly rows: Rows = (text, values) => this.#run(this.#pool, text, values);

  constructor(connectionString: string) {
    this.#pool = new pg.Pool({
      connectionString,
      max: 20,
      // Plans as the server's: they are not what is compared. Days in filters begin where the user of the benchmark lives.
      options: '-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c TimeZone=America/New_York',
      types: { getTypeParser: (typeId, format): unknown => (typeId === pg.types.builtins.DATE ? (text: string) => text : pg.types.getTypeParser(typeId, format)) },
    });
  }

  /** Runs `work` between BEGIN and COMMIT. */
  async inTransaction<Result>(work: (rows: Rows) => Promise<Result>): Promise<Result> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work((text, values) => this.#run(client, text, values));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #run<Result extends object>(runner: Pick<pg.PoolClient, 'query'>, text: string, values: readonly unknown[]): Promise<Result[]> {
    let name = this.#names.get(text);
    if (name === undefined) this.#names.set(text, (name = `s${this.#names.size}`));
    return (await runner.query<Result>({ name, text, values: [...values] })).rows;
  }
}
