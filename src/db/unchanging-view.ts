import { ClientQueries } from './client-queries.ts';
import type { Database, Queryable } from './database.ts';

/**
 * Runs `read` on one unchanging view of the database: what is committed meanwhile does not show, and nobody waits for
 * it. It may take as long as it needs.
 * @returns what `read` returned
 */
export async function inUnchangingView<Result>(db: Database, read: (view: Queryable) => Promise<Result>): Promise<Result> {
  const client = await db.pool.connect();
  let failure: Error | undefined;
  const onError = (error: Error): void => {
    failure = error;
  };
  client.on('error', onError);
  try {
    // Who wants one reads whole histories, and tables from end to end.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on; SET LOCAL plan_cache_mode = force_custom_plan');
    const result = await read(new ClientQueries(client, db));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // Nothing was written: a connection in an unknown state is not worth a rollback.
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.off('error', onError);
    client.release(failure);
  }
}
