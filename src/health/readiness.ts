import type { Database } from '../db/database.ts';
import { pendingMigrations } from '../db/migrate.ts';

/** Whether this server can do its work. */
export interface Readiness {
  status: 'ready' | 'unavailable';
  database: 'ok' | 'unreachable';
  migrations: 'ok' | 'pending' | 'unknown';
}

/** A balancer that waits longer than this has given up already. */
const PATIENCE_MILLISECONDS = 3_000;

const UNREACHABLE: Readiness = { status: 'unavailable', database: 'unreachable', migrations: 'unknown' };

/**
 * Prepares the check of the database and its migrations. Anyone may ask at any rate: questions while one is being
 * answered share its answer, so that they cannot take the connections from those who work.
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
    const pending = await pendingMigrations(db.pool);
    return pending.length === 0
      ? { status: 'ready', database: 'ok', migrations: 'ok' }
      : { status: 'unavailable', database: 'ok', migrations: 'pending' };
  } catch {
    return UNREACHABLE;
  }
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
