import type { CronItem, TaskList } from 'graphile-worker';

import type { InstantText } from '../dates.ts';
import { query, type Database, type Queryable } from '../db/database.ts';
import { JOBS } from './job-queue.ts';

/** A job whose last try failed. */
export interface FailedJob {
  id: string;
  job: string;
  /** What it is about; null for those that are about no account, and those that a later one has replaced. */
  bank_account: string | null;
  /** `retrying`: it is tried again by itself at `next_try`; `running`: now; `given_up`: not before someone retries it. */
  state: 'retrying' | 'running' | 'given_up';
  attempts: number;
  maximum_attempts: number;
  /** Null when it is given up. */
  next_try: InstantText | null;
  error: string;
}

const GIVEN_UP = 'attempts >= max_attempts AND locked_at IS NULL';

const findFailed = query<FailedJob>(`
SELECT id, task_identifier AS job, substring(key FROM ':([0-9a-f-]{36})$') AS bank_account,
  CASE WHEN locked_at IS NOT NULL THEN 'running' WHEN ${GIVEN_UP} THEN 'given_up' ELSE 'retrying' END AS state,
  attempts::int, max_attempts::int AS maximum_attempts, CASE WHEN ${GIVEN_UP} THEN NULL ELSE run_at END AS next_try,
  coalesce(last_error, 'It ended without a report.') AS error
FROM graphile_worker.jobs WHERE last_error IS NOT NULL OR (${GIVEN_UP}) ORDER BY id`);

/** @returns the jobs whose last try failed, oldest first */
export async function failedJobs(db: Queryable): Promise<FailedJob[]> {
  return db.rows(findFailed);
}

// Only those that have failed: the hour of a job that waits for its time is left alone.
const retryQuery = query<{ id: string }>(`
SELECT id FROM graphile_worker.reschedule_jobs(
  ARRAY(SELECT id FROM graphile_worker.jobs WHERE ($1::bigint[] IS NULL OR id = ANY($1)) AND (last_error IS NOT NULL OR (${GIVEN_UP})) AND locked_at IS NULL),
  run_at := now(), attempts := 0)
ORDER BY id`);

/**
 * Lets failed jobs run again now, with all their attempts before them; a server that runs jobs takes them up.
 * @param ids which; undefined: all of them
 * @returns the ids of those that will run; one that has not failed, or is running, is not among them
 */
export async function retryFailedJobs(db: Queryable, ids?: readonly string[]): Promise<string[]> {
  return (await db.rows(retryQuery, [ids ?? null])).map(({ id }) => id);
}

const KEPT_DAYS = 30;

const forgetQuery = query<object>(`
SELECT FROM graphile_worker.complete_jobs(ARRAY(
  SELECT id FROM graphile_worker.jobs WHERE ${GIVEN_UP} AND updated_at < now() - interval '${KEPT_DAYS} days'))`);

/** Forgets what was given up a month ago and nobody has retried: the queue must not grow for ever. */
export async function forgetOldFailures(db: Queryable): Promise<void> {
  await db.rows(forgetQuery);
}

export function failureTasks(db: Database): TaskList {
  return { [JOBS.forgetFailures]: () => forgetOldFailures(db) };
}

export const failureCron: CronItem[] = [{ task: JOBS.forgetFailures, match: '47 3 * * *' }];
