import { Logger, parseCronItems, run, type CronItem, type Runner, type TaskList } from 'graphile-worker';
import type { FastifyBaseLogger } from 'fastify';

import { statement, type Database, type Queryable } from '../db/database.ts';

/** The kinds of background work. */
export const JOBS = {
  fundAccount: 'fund-account',
  fundNightly: 'fund-nightly',
  linkTransactions: 'link-transactions',
  linkSweep: 'link-sweep',
  sweepFiles: 'sweep-files',
} as const;
export type JobName = (typeof JOBS)[keyof typeof JOBS];

// One waiting job per key: more requests for the same account collapse into it. A running job keeps running, and a
// request that comes meanwhile waits for the next run, so that nothing is missed.
const addJob = statement<object>(`SELECT FROM graphile_worker.add_job($1, payload := $2::json, job_key := $3, max_attempts := 25)`);

/**
 * Enqueues background work for one account, durably: inside a transaction it is there exactly when the transaction is.
 * Retried with growing delays when it fails.
 */
export async function enqueueForAccount(db: Queryable, job: JobName, bankAccountId: string): Promise<void> {
  await db.rows(addJob, [job, JSON.stringify({ bank_account: bankAccountId }), `${job}:${bankAccountId}`]);
}

/** The account that a job is about. */
export function bankAccountOf(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'bank_account' in payload && typeof payload.bank_account === 'string') {
    return payload.bank_account;
  }
  throw new Error('the payload of a job names no bank account');
}

const CONCURRENT_JOBS = 4;

/**
 * Runs the jobs in this process, beside any number of other processes, until `stop`.
 * @param tasks what to do, by the job's name
 * @param cronItems when the recurring ones come due
 */
export async function runJobs(db: Database, tasks: TaskList, cronItems: CronItem[], log: FastifyBaseLogger): Promise<Runner> {
  return run({
    pgPool: db.pool,
    taskList: tasks,
    parsedCronItems: parseCronItems(cronItems),
    concurrency: CONCURRENT_JOBS,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === 'error') log.error({ job: true }, message);
      else if (level === 'warning') log.warn({ job: true }, message);
      else log.debug({ job: true }, message);
    }),
  });
}

