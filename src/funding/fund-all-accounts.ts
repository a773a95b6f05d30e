import { allBankAccountIds } from '../ledger/bank-account-ids.ts';
import type { Database } from '../db/database.ts';
import type { Mutations } from '../mutations/mutate.ts';
import { isConnectionLost } from '../db/failures.ts';
import { fundInRounds, type FundToTheEnd } from './funding-rounds.ts';
import { reportWhenIdle, type FundingReport } from './funding-report.ts';
import { loadFundingInputs, type FundingDay } from './load-funding-input.ts';

/** What became of one account: the report of each of its rounds, or why it has none. */
export type FundingOutcome = { account: string; report: FundingReport } | { account: string; failure: unknown };

/** So many accounts are looked at with one statement; their budgets are in memory at once. */
const ACCOUNTS_PER_LOOK = 200;

/** Where accounts are looked at, and changed. */
export interface FundingDoors {
  db: Database;
  mutations: Mutations;
}

/**
 * Funds all accounts to the end, one after the other, each in database transactions of its own. An account with nothing due is
 * passed over without its lock and without writing, and one that fails does not hold up the others.
 * @param fund `fundInRounds`, or `fundInDryRun` to undo each account's run
 * @throws what pg throws when the database is lost: then no other account would do better
 */
export async function* fundAllAccounts(
  { db, mutations }: FundingDoors,
  day: FundingDay,
  fund: FundToTheEnd = fundInRounds,
): AsyncGenerator<FundingOutcome> {
  let page: string[] = [];
  for await (const id of allBankAccountIds(db)) {
    page.push(id);
    if (page.length < ACCOUNTS_PER_LOOK) continue;
    yield* fundAccounts({ db, mutations }, page, day, fund);
    page = [];
  }
  yield* fundAccounts({ db, mutations }, page, day, fund);
}

async function* fundAccounts({ db, mutations }: FundingDoors, ids: readonly string[], day: FundingDay, fund: FundToTheEnd): AsyncGenerator<FundingOutcome> {
  const inputs = await loadFundingInputs(db, ids, day);
  for (const account of ids) {
    try {
      const input = inputs.get(account);
      // Deleted meanwhile: nothing to say.
      if (!input) continue;
      const idle = await reportWhenIdle(account, input);
      if (idle) yield { account, report: idle };
      else for await (const report of fund(mutations, { bankAccountId: account, asOf: input.today })) yield { account, report };
    } catch (failure) {
      if (isConnectionLost(failure)) throw failure;
      yield { account, failure };
    }
  }
}
