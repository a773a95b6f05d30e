import { setTimeout as delay } from 'node:timers/promises';

import type pg from 'pg';
import { z } from 'zod';

import { ClientQueries } from '../db/client-queries.ts';
import type { Database } from '../db/database.ts';
import { isConnectionLost, isReadOnly, isTransient } from '../db/failures.ts';
import { beginIdentified, wasCommitted, type TransactionIdentity } from './commit-fate.ts';
import type { Effect } from './effects.ts';

const MAXIMUM_ATTEMPTS = 3;
const RETRY_DELAY_MILLISECONDS = 20;

const identityRow = z.object({ id: z.string(), life: z.string().nullable(), process_id: z.number() });

/**
 * An open database transaction. Only `inTransaction` makes one, and the private field makes the type nominal:
 * a function that takes a `Tx` cannot be handed the bare database by mistake.
 */
class Transaction extends ClientQueries {
  readonly #effects: Effect[] = [];

  /** What was registered to happen after the commit. */
  get effects(): readonly Effect[] {
    return this.#effects;
  }

  /** Registers what must happen once this transaction is committed, and must not happen when it is rolled back. */
  afterCommit(effect: Effect): void {
    this.#effects.push(effect);
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
 * @throws UnknownFate when nobody can say what became of a COMMIT; what pg throws (`isUnavailable`) when the database cannot
 *   be reached
 */
export async function inTransaction<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    // Not tried again here: the pool has waited for it already.
    const client = await db.pool.connect();
    try {
      return await attemptTransaction(db, client, work);
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

async function attemptTransaction<Result>(db: Database, client: pg.PoolClient, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const { result, unanswered } = await runTransaction(db, client, work);
  // Asked only when the broken connection is given back: else askers could wait for each other's place in the pool.
  if (unanswered && !(await wasCommitted(db, unanswered.transaction))) throw unanswered.failure;
  return result;
}

interface Ended<Result> {
  result: Result;
  /** Set when the connection was lost after COMMIT had been sent. */
  unanswered?: { transaction: TransactionIdentity; failure: unknown };
}

/** Begins, works, ends, and gives the connection back to the pool, or away when it is broken. */
async function runTransaction<Result>(db: Database, client: pg.PoolClient, work: (tx: Tx) => Promise<Result>): Promise<Ended<Result>> {
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  try {
    const transaction = identityOf(await client.query(beginIdentified(db.transactionLimits)));
    const result = await work(new Transaction(client, db));
    try {
      await commit(client);
      return { result };
    } catch (failure) {
      if (!isConnectionLost(failure)) throw failure;
      broken = true;
      return { result, unanswered: { transaction, failure } };
    }
  } catch (error) {
    // Only a new connection can lead to where writing is possible again.
    broken ||= isConnectionLost(error) || isReadOnly(error);
    if (!broken) await client.query('ROLLBACK').catch(onError);
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  // Postgres answers a COMMIT with ROLLBACK when a statement had failed, even if the work caught that failure.
  if (command !== 'COMMIT') throw new Error('the transaction was rolled back: one of its statements failed, and the failure was not passed on');
}

/** The second answer to beginIdentified: pg returns an array for several statements at once. */
function identityOf(begun: unknown): TransactionIdentity {
  const answers = z.tuple([z.unknown(), z.object({ rows: z.tuple([identityRow]) })]).parse(begun);
  const [row] = answers[1].rows;
  return { id: row.id, life: row.life, processId: row.process_id };
}
