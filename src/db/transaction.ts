import type pg from 'pg';

import { AppError } from '../errors.ts';
import type { Database, Queryable, Statement } from './database.ts';
import { isConnectionLost, isTransient } from './failures.ts';

const MAXIMUM_ATTEMPTS = 3;
const RETRY_DELAY_MILLISECONDS = 20;
/** How long to ask for the fate of a COMMIT whose answer was lost: a crashed Postgres recovers in about this time. */
const COMMIT_FATE_PATIENCE_MILLISECONDS = 15_000;
const COMMIT_FATE_INTERVAL_MILLISECONDS = 250;

/**
 * An open database transaction. Only `inTransaction` makes one, and the private field makes the type nominal:
 * a function that takes a `Tx` cannot be handed the bare database by mistake.
 */
class Transaction implements Queryable {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async rows<Row extends object>(prepared: Statement<Row>, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#client.query<Row>({ name: prepared.name, text: prepared.text, values: [...parameters] });
    return result.rows;
  }

  async row<Row extends object>(prepared: Statement<Row>, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows(prepared, parameters))[0];
  }
}

export type Tx = Transaction;

/** Thrown inside `inTransaction` to undo everything and still return a value: a dry run is the real run, rolled back. */
class Rollback<Result> extends Error {
  readonly result: Result;

  constructor(result: Result) {
    super('rolled back on purpose');
    this.result = result;
  }
}

/**
 * Runs `work` in one database transaction (READ COMMITTED) and commits, or rolls everything back when it throws.
 *
 * A deadlock, a serialization failure, or a connection lost before COMMIT was sent left nothing behind, so the work
 * runs again, three times at most; it must therefore have no effects but those in the database. A connection lost
 * during COMMIT is no failure yet: Postgres is asked what became of the transaction, and its answer counts.
 *
 * @throws AppError `unavailable` when the database cannot be reached or the fate of a COMMIT cannot be found out
 */
export async function inTransaction<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptTransaction(db, work);
    } catch (error) {
      if (attempt >= MAXIMUM_ATTEMPTS || !(isTransient(error) || isConnectionLost(error))) throw error;
      await delay(RETRY_DELAY_MILLISECONDS * attempt * (1 + Math.random()));
    }
  }
}

/**
 * Runs `work` as `inTransaction` does and then rolls it back.
 * @returns what the work returned
 */
export async function inDryRun<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  try {
    return await inTransaction(db, async (tx): Promise<Result> => {
      throw new Rollback(await work(tx));
    });
  } catch (error) {
    if (error instanceof Rollback) return (error as Rollback<Result>).result;
    throw error;
  }
}

async function attemptTransaction<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const client = await db.pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  try {
    // One round trip: the transaction's id is what the fate of a lost COMMIT is asked by.
    const begun: unknown = await client.query('BEGIN; SELECT pg_current_xact_id()::text AS id');
    const transactionId = idOf(begun);
    let result: Result;
    try {
      result = await work(new Transaction(client));
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
      throw error;
    }
    try {
      await client.query('COMMIT');
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      broken = error instanceof Error ? error : new Error(String(error));
      if (!(await wasCommitted(db, transactionId))) throw error;
    }
    return result;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

function idOf(begun: unknown): string {
  const answers: unknown[] = Array.isArray(begun) ? begun : [];
  const selected = answers[1];
  if (typeof selected === 'object' && selected !== null && 'rows' in selected && Array.isArray(selected.rows)) {
    const row: unknown = selected.rows[0];
    if (typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string') return row.id;
  }
  throw new Error('BEGIN did not return the id of the transaction');
}

/**
 * Asks Postgres what became of a transaction whose COMMIT got no answer.
 * @returns true when it committed, false when it did not
 * @throws AppError `unavailable` when that cannot be found out in time
 */
async function wasCommitted(db: Database, transactionId: string): Promise<boolean> {
  const attempts = COMMIT_FATE_PATIENCE_MILLISECONDS / COMMIT_FATE_INTERVAL_MILLISECONDS;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      const answer = await db.pool.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [transactionId]);
      const status = answer.rows[0]?.status;
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
    }
    await delay(COMMIT_FATE_INTERVAL_MILLISECONDS);
  }
  throw new AppError('unavailable', { retryAfterSeconds: 5 });
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
