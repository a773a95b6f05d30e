import type { FastifyBaseLogger } from 'fastify';
import type { CronItem, TaskList } from 'graphile-worker';

import type { Clock } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { bankAccountOf, JOBS } from '../jobs/job-queue.ts';
import { fundAccount } from './fund-account.ts';

/** The hour of the owner's night in which an account is funded: no timezone jumps over it when summer time begins. */
const NIGHT_HOUR = 4;

// One set-based statement for any number of accounts: nothing is loaded here. Each hour finds the accounts whose first
// owner's clock shows the night hour, so that each comes up once a day; those without any schedule are left out.
const enqueueNightly = statement<{ accounts: string }>(`
WITH due AS (
  SELECT a.id FROM bank_accounts a
  CROSS JOIN LATERAL (
    SELECT u.timezone FROM bank_account_owners o JOIN users u ON u.id = o.user_id
    WHERE o.bank_account_id = a.id AND u.is_active ORDER BY o.sequence LIMIT 1
  ) owner
  WHERE a.last_posted_through IS NOT NULL
    AND extract(hour FROM $1::timestamptz AT TIME ZONE owner.timezone) = ${NIGHT_HOUR}
    AND EXISTS (SELECT FROM budgets b WHERE b.bank_account_id = a.id AND b.archived_at IS NULL
      AND (b.funding_schedule <> '' OR b.recurrance_schedule <> ''))
)
SELECT count(*) AS accounts FROM graphile_worker.add_jobs(ARRAY(SELECT ROW(
  '${JOBS.fundAccount}', json_build_object('bank_account', id), NULL, NULL, 25::smallint, '${JOBS.fundAccount}:' || id, NULL, NULL
)::graphile_worker.job_spec FROM due))`);

/**
 * Enqueues the nightly run of every account in whose first owner's timezone it is night.
 * @returns how many accounts were enqueued
 */
export async function enqueueNightlyFunding(db: Database, now: Date): Promise<number> {
  return Number((await db.row(enqueueNightly, [now]))?.accounts ?? 0);
}

/** Funding in the background: one account after an import, and every account once a night. */
export function fundingTasks(db: Database, clock: Clock, log: FastifyBaseLogger): TaskList {
  return {
    [JOBS.fundAccount]: async (payload) => {
      const report = await inTransaction(db, (tx) => fundAccount(tx, bankAccountOf(payload), { clock }));
      if (report && report.events.length > 0) {
        log.info({ bankAccount: report.account, asOf: report.as_of, events: report.events.length, transfers: report.transfers }, 'funded');
      }
    },
    [JOBS.fundNightly]: async (payload) => {
      const accounts = await enqueueNightlyFunding(db, scheduledTime(payload) ?? clock.now());
      log.info({ accounts }, 'enqueued the nightly funding');
    },
  };
}

/** The hour that a cron job stands for, however late it runs: else a delay past the hour would skip accounts for a day. */
function scheduledTime(payload: unknown): Date | undefined {
  if (typeof payload !== 'object' || payload === null || !('_cron' in payload)) return undefined;
  const cron = payload._cron;
  return typeof cron === 'object' && cron !== null && 'ts' in cron && typeof cron.ts === 'string' ? new Date(cron.ts) : undefined;
}

/** Every full hour; one that was missed while no server ran is made up for, once. */
export const fundingCron: CronItem[] = [{ task: JOBS.fundNightly, match: '0 * * * *', options: { backfillPeriod: 3_600_000 } }];
