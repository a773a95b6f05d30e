import type { FastifyBaseLogger } from 'fastify';
import type { CronItem, TaskList } from 'graphile-worker';

import { JOBS, MAXIMUM_ATTEMPTS, optionalBankAccountOf } from '../jobs/job-queue.ts';
import { linkAllTransactions, LINKING_QUEUE } from './link-all-transactions.ts';
import { linkTransactions, type LinkingServices } from './link-transactions.ts';

/** Linking in the background: all accounts at once, and by itself an account whose search has failed. */
export function linkingTasks(services: LinkingServices, log: FastifyBaseLogger): TaskList {
  return {
    [JOBS.linkTransactions]: async (payload, { abortSignal }) => {
      const bankAccount = optionalBankAccountOf(payload);
      const linked = await (bankAccount === undefined ? linkAllTransactions(services, log, abortSignal) : linkTransactions(services, bankAccount));
      if (linked > 0) log.info({ bankAccount, linked }, 'linked transactions');
    },
  };
}

/** Every minute, in case a wake-up was lost when a server crashed. A search that waits for its next try keeps its time. */
export const linkingCron: CronItem[] = [
  {
    task: JOBS.linkTransactions,
    match: '* * * * *',
    options: { queueName: LINKING_QUEUE, jobKey: JOBS.linkTransactions, jobKeyMode: 'preserve_run_at', maxAttempts: MAXIMUM_ATTEMPTS },
  },
];
