/**
 * How a run goes on when it has more events than one round, that is one database transaction, may process. All rounds of a
 * run have one day: the first one finds out which day it is, and the others are told.
 */
import type { CalendarDate } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { inDryRun, inTransaction, type Tx } from '../mutations/transaction.ts';
import { enqueueForAccount, JOBS } from '../jobs/job-queue.ts';
import { fundAccount, type FundAccountOptions } from './fund-account.ts';
import type { FundingReport } from './funding-report.ts';

/**
 * Processes one round of an account's funding; the rest is left to a background job, which is there exactly when the round is.
 * @returns the round's report, or undefined when there is no such account (for this user)
 */
export async function fundAndEnqueueRest(tx: Tx, bankAccountId: string, options: FundAccountOptions): Promise<FundingReport | undefined> {
  const report = await fundAccount(tx, bankAccountId, options);
  if (report?.has_more === true) await enqueueForAccount(tx, JOBS.fundAccount, bankAccountId, report.as_of);
  return report;
}

/** A way to fund an account to the end; it yields a report for each round, and none when there is no such account. */
export type FundToTheEnd = (db: Database, bankAccountId: string, options: FundAccountOptions) => AsyncGenerator<FundingReport, void, undefined>;

/** Funds an account round by round, each in a database transaction of its own. Whoever stops between two rounds may go on later. */
export async function* fundInRounds(db: Database, bankAccountId: string, options: FundAccountOptions): ReturnType<FundToTheEnd> {
  yield* rounds(options.asOf, (asOf) => inTransaction(db, (tx) => fundAccount(tx, bankAccountId, { ...options, asOf })));
}

/** Funds an account as `fundInRounds` does, but all rounds in one database transaction, which is rolled back. */
export async function* fundInDryRun(db: Database, bankAccountId: string, options: FundAccountOptions): ReturnType<FundToTheEnd> {
  yield* await inDryRun(db, async (tx) => {
    const reports: FundingReport[] = [];
    for await (const report of rounds(options.asOf, (asOf) => fundAccount(tx, bankAccountId, { ...options, asOf }))) reports.push(report);
    return reports;
  });
}

async function* rounds(asOf: CalendarDate | undefined, fund: (asOf: CalendarDate | undefined) => Promise<FundingReport | undefined>): ReturnType<FundToTheEnd> {
  let report = await fund(asOf);
  while (report) {
    yield report;
    report = report.has_more ? await fund(report.as_of) : undefined;
  }
}
