/**
 * How a run goes on when it has more events than one round, that is one database transaction, may process. All rounds of a
 * run have one day: the first one finds out which day it is, and the others are told.
 */
import type { CalendarDate } from '../dates.ts';
import type { Mutations } from '../mutations/mutate.ts';
import type { Tx } from '../mutations/transaction.ts';
import { enqueueForAccount, JOBS } from '../jobs/job-queue.ts';
import { fundAccount, type AccountToFund } from './fund-account.ts';
import type { FundingReport } from './funding-report.ts';

/**
 * Processes one round of an account's funding; the rest is left to a background job, which is there exactly when the round is.
 * @returns the round's report, or undefined when there is no such account
 */
export async function fundAndEnqueueRest(tx: Tx, input: AccountToFund, now: Date): Promise<FundingReport | undefined> {
  const report = await fundAccount(tx, input, now);
  if (report) await enqueueRest(tx, report);
  return report;
}

/** Leaves what a round has left, if anything, to a background job, which is there exactly when the round is. */
export async function enqueueRest(tx: Tx, report: FundingReport): Promise<void> {
  if (report.has_more) await enqueueForAccount(tx, JOBS.fundAccount, report.account, report.as_of);
}

/** A way to fund an account to the end; it yields a report for each round, and none when there is no such account. */
export type FundToTheEnd = (mutations: Mutations, input: AccountToFund) => AsyncGenerator<FundingReport, void, undefined>;

/** Funds an account round by round, each in a database transaction of its own. Whoever stops between two rounds may go on later. */
export async function* fundInRounds(mutations: Mutations, input: AccountToFund): ReturnType<FundToTheEnd> {
  yield* rounds(input.asOf, (asOf) => mutations.run((tx, now) => fundAccount(tx, { ...input, asOf }, now)));
}

/** Funds an account as `fundInRounds` does, but all rounds in one database transaction, which is rolled back. */
export async function* fundInDryRun(mutations: Mutations, input: AccountToFund): ReturnType<FundToTheEnd> {
  yield* await mutations.dryRun(async (tx, now) => {
    const reports: FundingReport[] = [];
    for await (const report of rounds(input.asOf, (asOf) => fundAccount(tx, { ...input, asOf }, now))) reports.push(report);
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
