import type { FastifyBaseLogger } from 'fastify';

import { fileCron, fileTasks } from '../files/file.jobs.ts';
import { fundingCron, fundingTasks } from '../funding/funding.jobs.ts';
import { linkingCron, linkingTasks } from '../linking/linking.jobs.ts';
import { failureCron, failureTasks } from '../jobs/failed-jobs.ts';
import { JobRunner } from '../jobs/run-jobs.ts';
import type { AppServices } from './services.ts';

/**
 * Starts this process's share of the background work: funding, the search for linked transactions, the removal of lost files.
 */
export async function startBackgroundJobs({ config, db, clock, encryption, mutations }: AppServices, log: FastifyBaseLogger): Promise<JobRunner> {
  const tasks = {
    ...fundingTasks({ db, mutations, clock, log }),
    ...linkingTasks({ db, encryption, mutations }, log),
    ...fileTasks(db, config.dataDirectory, clock, log),
    ...failureTasks(db),
  };
  return JobRunner.start({ db, tasks, cronItems: [...fundingCron, ...linkingCron, ...fileCron, ...failureCron], log });
}
