import type { Principal } from '../auth/principal.ts';
import { accountToday } from '../bank-accounts/first-owner.ts';
import type { CalendarDate } from '../dates.ts';
import { AppError } from '../errors.ts';
import { lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { requireWithinTwoYears } from './days-ahead.ts';
import { fundLockedAccount } from './fund-account.ts';
import type { FundingReport } from './funding-report.ts';
import { enqueueRest } from './funding-rounds.ts';

/** A run that a user asks for. */
export interface FundingRequest {
  bankAccount: string;
  /** The date to fund through; undefined: today. */
  asOf: CalendarDate | undefined;
}

/**
 * Funds an account because a user asks for it now: waits for the account's lock, processes what is due, at
 * most one round of it, and leaves the rest to a background job.
 * @throws AppError `not_found` when the principal does not see the account
 * @throws InvalidInput on `asOf` when it is over two years ahead
 */
export async function runFunding(tx: Tx, principal: Principal, { bankAccount, asOf }: FundingRequest, now: Date): Promise<FundingReport> {
  const account = await lockVisibleBankAccount(tx, principal, bankAccount);
  if (!account) throw new AppError('not_found');
  if (asOf !== undefined) requireWithinTwoYears('asOf', asOf, await accountToday(tx, account.id, now));
  const report = await fundLockedAccount(tx, account, { asOf }, now);
  await enqueueRest(tx, report);
  return report;
}
