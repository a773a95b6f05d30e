import type { FastifyBaseLogger } from 'fastify';

import { query, type Database } from '../db/database.ts';
import { JOBS, MAXIMUM_ATTEMPTS } from '../jobs/job-queue.ts';
import { BEFORE_ALL_PENDING, linkBatch, nextPendingBatch, type LinkingServices } from './link-transactions.ts';

/** Searches wait for each other, in all processes: two of them would only read the same twice. */
export const LINKING_QUEUE = JOBS.linkTransactions;

const KEY_OF_ACCOUNT = `${JOBS.linkTransactions}:`;

// An account has a job of its own only after its search has failed; one that was given up keeps it.
const findSetAside = query<{ id: string }>(`
SELECT substring(key FROM ${KEY_OF_ACCOUNT.length + 1}) AS id FROM graphile_worker.jobs
WHERE task_identifier = '${JOBS.linkTransactions}' AND starts_with(key, '${KEY_OF_ACCOUNT}')`);

// `unsafe_dedupe`: a job that is there already keeps its attempts, so that it is given up one day.
const setAside = query<object>(`
SELECT FROM unnest($1::uuid[]) AS failed (account_id)
CROSS JOIN LATERAL graphile_worker.add_job('${JOBS.linkTransactions}', payload := json_build_object('bank_account', failed.account_id),
  queue_name := '${LINKING_QUEUE}', job_key := '${KEY_OF_ACCOUNT}' || failed.account_id, job_key_mode := 'unsafe_dedupe',
  max_attempts := ${MAXIMUM_ATTEMPTS}) job`);

/**
 * Searches all transactions that are to be searched, of all accounts in batches, so that it costs little how many accounts they
 * are spread over. The accounts of a batch that fails get a job each, which is tried again with growing delays and given up in
 * the end; until that job is gone, they are passed over here.
 * @param signal ends the search after a batch; what is left stays to be searched
 * @returns how many pairs were linked
 */
export async function linkAllTransactions(services: LinkingServices, log: FastifyBaseLogger, signal: AbortSignal): Promise<number> {
  const except = (await services.db.rows(findSetAside)).map(({ id }) => id);
  let linked = 0;
  for (let after = BEFORE_ALL_PENDING; !signal.aborted; ) {
    const batch = await nextPendingBatch(services.db, after, except);
    if (!batch) break;
    try {
      linked += await linkBatch(services, batch.transactions);
    } catch (error) {
      const accounts = [...new Set(batch.transactions.map(({ accountId }) => accountId))];
      log.warn({ err: error, accounts: accounts.length }, 'a search for linked transactions failed; each of its accounts is searched by itself');
      await services.db.rows(setAside, [accounts]);
      except.push(...accounts);
    }
    after = batch.last;
  }
  return linked;
}

const wakeQuery = query<object>(`
SELECT FROM graphile_worker.add_job('${JOBS.linkTransactions}', queue_name := '${LINKING_QUEUE}', job_key := '${JOBS.linkTransactions}', max_attempts := ${MAXIMUM_ATTEMPTS})`);

/** Enqueues the search of all that is to be searched. One that is under way goes on, and is followed by another. */
export async function enqueueLinking(db: Database): Promise<void> {
  await db.rows(wakeQuery);
}
