import { calendarDate, type CalendarDate } from '../dates.ts';
import { query, type Queryable } from '../db/database.ts';

/** The kinds of background work. */
export const JOBS = {
  fundAccount: 'fund-account',
  fundNightly: 'fund-nightly',
  linkTransactions: 'link-transactions',
  sweepFiles: 'sweep-files',
  forgetFailures: 'forget-failures',
} as const;
export type JobName = (typeof JOBS)[keyof typeof JOBS];

/** After so many failures, about three days, a job is given up until someone retries it (`mibudge jobs retry`). */
export const MAXIMUM_ATTEMPTS = 25;

/** Lower goes first: what someone waits for does not wait for the night's work, nor for the rest of long runs. */
export const PRIORITY = { normal: 0, nightly: 10, rest: 10 } as const;

// One waiting job per key: more requests for the same account collapse into it. A running job keeps running, and a
// request that comes meanwhile waits for the next run, so that nothing is missed.
const addJob = query<object>(
  `SELECT FROM graphile_worker.add_job($1, payload := $2::json, job_key := $3, priority := $4, max_attempts := ${MAXIMUM_ATTEMPTS})`,
);

/**
 * Enqueues background work for one account, durably: inside a transaction it is there exactly when the transaction is.
 * Retried with growing delays when it fails.
 * @param asOf the day of a run that the job is to go on with. It collapses only with jobs of that day, because a later one
 *   may not replace it, nor it a job that is to find out its day itself; undefined: such a job
 */
export async function enqueueForAccount(db: Queryable, job: JobName, bankAccountId: string, asOf?: CalendarDate): Promise<void> {
  const payload = JSON.stringify({ bank_account: bankAccountId, as_of: asOf });
  const key = asOf === undefined ? `${job}:${bankAccountId}` : `${job}:${asOf}:${bankAccountId}`;
  await db.rows(addJob, [job, payload, key, asOf === undefined ? PRIORITY.normal : PRIORITY.rest]);
}

/** The account that a job is about. */
export function bankAccountOf(payload: unknown): string {
  const bankAccountId = optionalBankAccountOf(payload);
  if (bankAccountId === undefined) throw new Error('the payload of a job names no bank account');
  return bankAccountId;
}

/** The account that a job is about; undefined when it is about all. */
export function optionalBankAccountOf(payload: unknown): string | undefined {
  if (typeof payload !== 'object' || payload === null || !('bank_account' in payload)) return undefined;
  return typeof payload.bank_account === 'string' ? payload.bank_account : undefined;
}

/** The day of the run that a job goes on with; undefined when it begins one. */
export function asOfOf(payload: unknown): CalendarDate | undefined {
  if (typeof payload !== 'object' || payload === null || !('as_of' in payload)) return undefined;
  if (typeof payload.as_of !== 'string') throw new Error('the day in the payload of a job is no text');
  return calendarDate(payload.as_of);
}
