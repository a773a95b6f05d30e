import { bankAccountExists } from '../bank-accounts/bank-account.queries.ts';
import { accountToday } from '../bank-accounts/first-owner.ts';
import type { CalendarDate, Clock } from '../dates.ts';
import type { Tx } from '../mutations/transaction.ts';
import { requireWithinTwoYears } from './days-ahead.ts';
import type { FundingReport } from './funding-report.ts';
import { fundAndEnqueueRest } from './funding-rounds.ts';

/**
 * Funds an account because a user asks for it now (spec section 6): waits for the account's lock, processes what is due, at
 * most one round of it, and leaves the rest to a background job.
 * @param asOf the date to fund through; undefined: today
 * @returns the report, or undefined when the user owns no such account
 * @throws FieldError on `as_of` when it is over two years ahead
 */
export async function runFunding(tx: Tx, bankAccountId: string, userId: number, asOf: CalendarDate | undefined, clock: Clock): Promise<FundingReport | undefined> {
  if (asOf !== undefined) {
    // A stranger must not learn from a 400 that the account exists.
    if (!(await bankAccountExists(tx, bankAccountId, userId))) return undefined;
    requireWithinTwoYears('as_of', asOf, await accountToday(tx, bankAccountId, clock.now()));
  }
  return fundAndEnqueueRest(tx, bankAccountId, { clock, asOf, userId });
}
