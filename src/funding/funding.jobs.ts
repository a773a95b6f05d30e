import type { FastifyBaseLogger } from 'fastify';
import type { CronItem, TaskList } from 'graphile-worker';

import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { bankAccountOf, JOBS } from '../jobs/job-queue.ts';
import { fundAccount } from './fund-account.ts';
import { reportWhenIdle, type FundingReport } from './funding-report.ts';
import { loadFundingInputs } from './load-funding-input.ts';
import { enqueueNightlyFunding } from './nightly-funding.ts';

/** Funding in the background: one account after an import, and every account once a night. */
export function fundingTasks(db: Database, clock: Clock, log: FastifyBaseLogger): TaskList {
  return {
    [JOBS.fundAccount]: async (payload) => {
      const report = await fundWhenDue(db, bankAccountOf(payload), clock);
      if (report && report.events.length > 0) {
        log.info({ bankAccount: report.account, asOf: report.as_of, events: report.events.length, transfers: report.transfers }, 'funded');
      }
    },
    [JOBS.fundNightly]: async (payload) => {
      const accounts = await enqueueNightlyFunding(db, scheduledTime(payload) ?? clock.now());
      if (accounts > 0) log.info({ accounts }, 'enqueued the nightly funding');
    },
  };
}

/** Most nights most accounts have nothing due: those cost one read. */
async function fundWhenDue(db: Database, bankAccountId: string, clock: Clock): Promise<FundingReport | undefined> {
  const input = (await loadFundingInputs(db, [bankAccountId], { clock })).get(bankAccountId);
  if (!input) return undefined;
  return reportWhenIdle(bankAccountId, input) ?? (await inTransaction(db, (tx) => fundAccount(tx, bankAccountId, { clock })));
}

/** The hour that a cron job stands for, however late it runs: else a delay past the hour would skip accounts for a day. */
function scheduledTime(payload: unknown): Date | undefined {
  if (typeof payload !== 'object' || payload === null || !('_cron' in payload)) return undefined;
  const cron = payload._cron;
  return typeof cron === 'object' && cron !== null && 'ts' in cron && typeof cron.ts === 'string' ? new Date(cron.ts) : undefined;
}

/**
 * Every full hour. The hours that were missed while no server ran are made up for when one starts: a day of them, in
 * which every account's night occurs once.
 */
export const fundingCron: CronItem[] = [{ task: JOBS.fundNightly, match: '0 * * * *', options: { backfillPeriod: 24 * 3_600_000 } }];
