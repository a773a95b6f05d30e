import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

/** Far beyond what any wait of the tests takes: it only ends a test that would never end. */
const PATIENCE_MILLISECONDS = 30_000;
const INTERVAL_MILLISECONDS = 5;

/**
 * Waits until something has become true, asking again and again.
 * @param what says it in the error when it never becomes true
 */
export async function waitUntil(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(INTERVAL_MILLISECONDS);
  }
}

/** Waits until at least so many sessions of a database wait for a lock that another session holds. */
export async function waitUntilBlocked(databaseUrl: string, sessions: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await waitUntil(`${sessions} sessions wait for a lock`, async () => {
      const { rows } = await client.query<{ blocked: number }>(
        'SELECT count(*)::int AS blocked FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0',
      );
      return (rows[0]?.blocked ?? 0) >= sessions;
    });
  } finally {
    await client.end();
  }
}
