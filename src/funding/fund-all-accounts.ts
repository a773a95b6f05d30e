import { allBankAccountIds } from '../ledger/bank-account-ids.ts';
import type { Database } from '../db/database.ts';
import { isConnectionLost } from '../db/failures.ts';
import { inTransaction } from '../db/transaction.ts';
import { fundAccount } from './fund-account.ts';
import { reportWhenIdle, type FundingReport } from './funding-report.ts';
import { loadFundingInputs, type FundingDay } from './load-funding-input.ts';

/** What became of one account: its report, or why it has none. */
export type FundingOutcome = { account: string; report: FundingReport } | { account: string; failure: unknown };

/** So many accounts are looked at with one statement; their budgets are in memory at once. */
const ACCOUNTS_PER_LOOK = 200;

/**
 * Funds all accounts, one after the other, each in a database transaction of its own. An account with nothing due is
 * passed over without its lock and without writing, and one that fails does not hold up the others.
 * @param run `inTransaction`, or `inDryRun` to undo each account's run
 * @throws what pg throws when the database is lost: then no other account would do better
 */
export async function* fundAllAccounts(db: Database, day: FundingDay, run: typeof inTransaction = inTransaction): AsyncGenerator<FundingOutcome> {
  let page: string[] = [];
  for await (const id of allBankAccountIds(db)) {
    page.push(id);
    if (page.length < ACCOUNTS_PER_LOOK) continue;
    yield* fundAccounts(db, page, day, run);
    page = [];
  }
  yield* fundAccounts(db, page, day, run);
}

async function* fundAccounts(db: Database, ids: readonly string[], day: FundingDay, run: typeof inTransaction): AsyncGenerator<FundingOutcome> {
  const inputs = await loadFundingInputs(db, ids, day);
  for (const account of ids) {
    try {
      const input = inputs.get(account);
      const report = (input && reportWhenIdle(account, input)) ?? (await run(db, (tx) => fundAccount(tx, account, day)));
      // Deleted meanwhile: nothing to say.
      if (report) yield { account, report };
    } catch (failure) {
      if (isConnectionLost(failure)) throw failure;
      yield { account, failure };
    }
  }
}
