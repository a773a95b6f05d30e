import type { FastifyBaseLogger } from 'fastify';
import type { CronItem, TaskList } from 'graphile-worker';

import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { JOBS } from '../jobs/job-queue.ts';
import { sweepOrphanedFiles } from './sweep-orphaned-files.ts';

/** Longer than any request lives. */
const MINIMUM_AGE_MILLISECONDS = 3_600_000;

/** Stored files in the background: once a day, what crashes left behind goes. */
export function fileTasks(db: Database, dataDirectory: string, clock: Clock, log: FastifyBaseLogger): TaskList {
  return {
    [JOBS.sweepFiles]: async () => {
      const removed = await sweepOrphanedFiles(db, dataDirectory, new Date(clock.now().getTime() - MINIMUM_AGE_MILLISECONDS));
      if (removed > 0) log.info({ removed }, 'removed files that nothing refers to');
    },
  };
}

export const fileCron: CronItem[] = [{ task: JOBS.sweepFiles, match: '17 3 * * *' }];
