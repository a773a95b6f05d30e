import type { FastifyBaseLogger } from 'fastify';
import type { CronItem, TaskList } from 'graphile-worker';

import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import type { Mutations } from '../mutations/mutate.ts';
import { asOfOf, bankAccountOf, JOBS } from '../jobs/job-queue.ts';
import type { AccountToFund } from './fund-account.ts';
import { fundAndEnqueueRest } from './funding-rounds.ts';
import { reportWhenIdle, type FundingReport } from './funding-report.ts';
import { loadFundingInputs } from './load-funding-input.ts';
import { enqueueNightlyFunding } from './nightly-funding.ts';

export interface FundingJobsOptions {
  db: Database;
  mutations: Mutations;
  clock: Clock;
  log: FastifyBaseLogger;
}

/**
 * Funding in the background: one account after an import, every account once a night, and the rest of runs that were too
 * long for one round.
 * @param maximumEvents where a round stops; undefined: at `EVENTS_PER_ROUND`
 */
export function fundingTasks({ db, mutations, clock, log }: FundingJobsOptions, maximumEvents?: number): TaskList {
  return {
    [JOBS.fundAccount]: async (payload) => {
      const report = await fundWhenDue({ db, mutations }, { bankAccountId: bankAccountOf(payload), asOf: asOfOf(payload), maximumEvents }, clock.now());
      if (report && report.events.length > 0) {
        log.info(
          { bankAccount: report.account, asOf: report.as_of, events: report.events.length, transfers: report.transfers, hasMore: report.has_more },
          'funded',
        );
      }
    },
    [JOBS.fundNightly]: async (payload) => {
      const accounts = await enqueueNightlyFunding(db, scheduledTime(payload) ?? clock.now());
      if (accounts > 0) log.info({ accounts }, 'enqueued the nightly funding');
    },
  };
}

/** Most nights most accounts have nothing due: those cost one read. */
async function fundWhenDue(
  { db, mutations }: Pick<FundingJobsOptions, 'db' | 'mutations'>,
  account: AccountToFund,
  now: Date,
): Promise<FundingReport | undefined> {
  const { bankAccountId, asOf } = account;
  const input = (await loadFundingInputs(db, [bankAccountId], { now, asOf })).get(bankAccountId);
  if (!input) return undefined;
  const idle = await reportWhenIdle(bankAccountId, input);
  return idle ?? (await mutations.run((tx, started) => fundAndEnqueueRest(tx, { ...account, asOf: input.today }, started)));
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
