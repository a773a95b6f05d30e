import type { FastifyBaseLogger } from 'fastify';

import type { Config } from '../config.ts';
import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { fileCron, fileTasks } from '../files/file.jobs.ts';
import { fundingCron, fundingTasks } from '../funding/funding.jobs.ts';
import { linkingCron, linkingTasks } from '../linking/linking.jobs.ts';
import { createFieldEncryption } from '../security/field-encryption.ts';
import { failureCron, failureTasks } from '../jobs/failed-jobs.ts';
import { JobRunner } from '../jobs/run-jobs.ts';

export interface BackgroundJobsOptions {
  config: Pick<Config, 'dataDirectory' | 'encryptionKeys'>;
  db: Database;
  clock: Clock;
  log: FastifyBaseLogger;
}

/**
 * Starts this process's share of the background work: funding, the search for linked transactions, the removal of lost files.
 */
export async function startBackgroundJobs({ config, db, clock, log }: BackgroundJobsOptions): Promise<JobRunner> {
  const tasks = {
    ...fundingTasks(db, clock, log),
    ...linkingTasks({ db, encryption: createFieldEncryption(config.encryptionKeys), clock }, log),
    ...fileTasks(db, config.dataDirectory, clock, log),
    ...failureTasks(db),
  };
  return JobRunner.start({ db, tasks, cronItems: [...fundingCron, ...linkingCron, ...fileCron, ...failureCron], log });
}
