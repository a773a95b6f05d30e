import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

import { EmbeddedPostgresError } from './error.ts';

const pollMilliseconds = 25;

/** Longer than Postgres may take to recover after a crash, which happens under the lock. */
const patienceMilliseconds = 330_000;

/**
 * Does some work while no other process does any under the same lock.
 *
 * Node has no `flock`, and a file that merely exists outlives a holder that was killed. SQLite, which is part of Node,
 * locks its file through the operating system on every platform, so an empty SQLite database is the lock: when its
 * holder dies, however it dies, the lock is free.
 *
 * @param path the lock file; made when missing, and left in place
 * @param work what to do under the lock
 * @returns what the work returns
 * @throws EmbeddedPostgresError when the file cannot be opened or somebody keeps the lock for minutes
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMilliseconds;
  let lock = tryLock(path);
  while (lock === null) {
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(`Another process has kept ${path} locked for minutes; is it stuck?`);
    }
    await delay(pollMilliseconds);
    lock = tryLock(path);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

/** Takes the lock, or returns null when another holder has it. Closing what it returns frees the lock. */
function tryLock(path: string): DatabaseSync | null {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if (isBusy(error)) return null;
    throw new EmbeddedPostgresError(`Cannot lock ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}
