import type { FastifyBaseLogger } from 'fastify';

import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { fundingCron, fundingTasks } from '../funding/funding.jobs.ts';
import { runJobs } from './job-queue.ts';

export interface BackgroundJobsOptions {
  db: Database;
  clock: Clock;
  log: FastifyBaseLogger;
}

/**
 * Starts this process's share of the background work: funding, the search for linked transactions, the nightly runs.
 * @returns what stops it, after the jobs under way
 */
export async function startBackgroundJobs({ db, clock, log }: BackgroundJobsOptions): Promise<{ stop(): Promise<void> }> {
  const runner = await runJobs(db, fundingTasks(db, clock, log), fundingCron, log);
  return { stop: () => runner.stop() };
}
