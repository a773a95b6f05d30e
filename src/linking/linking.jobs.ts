import type { FastifyBaseLogger } from 'fastify';
import type { CronItem, TaskList } from 'graphile-worker';

import { statement, type Database } from '../db/database.ts';
import { bankAccountOf, JOBS } from '../jobs/job-queue.ts';
import { linkTransactions, type LinkingServices } from './link-transactions.ts';

// A job that waits for its next try keeps its time: the sweep must not undo the growing delays.
const sweepStatement = statement<{ accounts: string }>(`
SELECT count(*) AS accounts FROM (SELECT DISTINCT bank_account_id FROM transactions WHERE link_pending) t
CROSS JOIN LATERAL graphile_worker.add_job('${JOBS.linkTransactions}', payload := json_build_object('bank_account', t.bank_account_id),
  job_key := '${JOBS.linkTransactions}:' || t.bank_account_id, job_key_mode := 'preserve_run_at', max_attempts := 25) job`);

/**
 * Enqueues the search for every account that has transactions to be searched: wake-ups are lost when a server crashes.
 * @returns how many accounts were enqueued
 */
export async function enqueueUnsearched(db: Database): Promise<number> {
  return Number((await db.row(sweepStatement))?.accounts ?? 0);
}

/** Linking in the background: one account after a transaction was created, and every minute what a crash left over. */
export function linkingTasks(services: LinkingServices, log: FastifyBaseLogger): TaskList {
  return {
    [JOBS.linkTransactions]: async (payload) => {
      const bankAccount = bankAccountOf(payload);
      const linked = await linkTransactions(services, bankAccount);
      if (linked > 0) log.info({ bankAccount, linked }, 'linked transactions');
    },
    [JOBS.linkSweep]: async () => {
      await enqueueUnsearched(services.db);
    },
  };
}

export const linkingCron: CronItem[] = [{ task: JOBS.linkSweep, match: '* * * * *' }];
