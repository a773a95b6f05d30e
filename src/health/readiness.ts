import type pg from 'pg';

import type { Database } from '../db/database.ts';
import { pendingMigrations } from '../db/migrate.ts';

/** Whether this server can do its work. */
export interface Readiness {
  status: 'ready' | 'unavailable';
  database: 'ok' | 'read-only' | 'unreachable';
  migrations: 'ok' | 'pending' | 'unknown';
}

/** A balancer that waits longer than this has given up already. */
export const PATIENCE_MILLISECONDS = 3_000;

const UNREACHABLE: Readiness = { status: 'unavailable', database: 'unreachable', migrations: 'unknown' };

/**
 * Prepares the check of the database and its migrations. Anyone may ask at any rate: questions while one is being
 * answered share its answer. The check has a connection of its own: it answers while all others are in use, and takes none
 * from those who work.
 */
export function readinessCheck(db: Database): () => Promise<Readiness> {
  let running: Promise<Readiness> | undefined;
  return () => {
    running ??= check(db).finally(() => {
      running = undefined;
    });
    return withinPatience(running);
  };
}

async function check(db: Database): Promise<Readiness> {
  try {
    const client = await db.probePool.connect();
    let isWritable = false;
    try {
      isWritable = await takesChanges(client);
      const migrations = (await pendingMigrations(client)).length === 0 ? 'ok' : 'pending';
      return { status: isWritable && migrations === 'ok' ? 'ready' : 'unavailable', database: isWritable ? 'ok' : 'read-only', migrations };
    } finally {
      // Whatever is wrong with it, the next check is to find out whether a new connection does better.
      client.release(!isWritable);
    }
  } catch {
    return UNREACHABLE;
  }
}

/** A standby, and a database or a role that is kept from changes, begin each transaction as one that only reads. */
async function takesChanges(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ is_writable: boolean }>(`SELECT current_setting('transaction_read_only') = 'off' AS is_writable`);
  return rows[0]?.is_writable === true;
}

async function withinPatience(check: Promise<Readiness>): Promise<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Readiness>((resolve) => {
    timer = setTimeout(() => { resolve(UNREACHABLE); }, PATIENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([check, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
