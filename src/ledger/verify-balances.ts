import { query, type Database, type Queryable, type Query } from '../db/database.ts';
import { inUnchangingView } from '../db/unchanging-view.ts';
import { CHAIN_CHECKS, TOTAL_CHECKS, type FoundDifference } from './balance-checks.ts';
import { allBankAccountIds } from './bank-account-ids.ts';
import type { DerivedValues } from './derived-values.ts';

/** A stored value that is not what the ledger's own rows add up to. Amounts are numeric text. */
export interface BalanceDifference {
  bank_account: string;
  /** What was compared, such as `available_balance` or `budget_balance`. */
  check: string;
  /** Where it is; null where the check is not about one. */
  budget: string | null;
  transaction: string | null;
  internal_transaction: string | null;
  /** The row of `budget_entries`: an allocation's id, or one side of an internal transaction. */
  entry: string | null;
  expected: string | null;
  stored: string | null;
}

export interface VerificationReport {
  accounts: number;
  transactions: number;
  differences: BalanceDifference[];
  /** There may be more differences: the search ended when it had found enough. */
  ended_early: boolean;
}

export interface VerifyBalancesOptions {
  /** Only this account; undefined: all. */
  bankAccountId?: string | undefined;
  /** How many differences end the search. */
  maximumDifferences?: number;
}

const DEFAULT_MAXIMUM_DIFFERENCES = 20;

const findAccount = query<{ transactions: string; budget_ids: string[] }>(
  `SELECT (SELECT count(*) FROM transactions t WHERE t.bank_account_id = a.id) AS transactions,
    ARRAY(SELECT b.id FROM budgets b WHERE b.bank_account_id = a.id) AS budget_ids
   FROM bank_accounts a WHERE a.id = $1`,
);

// Sorts and hashes of a big account get memory enough to be quick; what does not fit goes to temporary files.
const tuneQuery = query<object>(
  `SELECT set_config('work_mem', '32MB', true), set_config('jit', 'off', true)`,
);

/**
 * Checks the ledger's invariants (docs/domain.md) from scratch, apart from the code that maintains them: balances,
 * both kinds of chains, and what the nouns derive from them. Each account is read in one unchanging view, so that writers beside it neither
 * wait nor look like errors, and Postgres does the sums, so that memory stays bounded whatever the history's length.
 * @returns what was checked and the first differences, or undefined when there is no such account
 */
export async function verifyBalances(db: Database, derived: readonly DerivedValues[], options: VerifyBalancesOptions = {}): Promise<VerificationReport | undefined> {
  const { bankAccountId, maximumDifferences = DEFAULT_MAXIMUM_DIFFERENCES } = options;
  const checks = [...TOTAL_CHECKS, ...derived.flatMap((values) => values.checks), ...CHAIN_CHECKS];
  const report: VerificationReport = { accounts: 0, transactions: 0, differences: [], ended_early: false };
  for await (const id of bankAccountId === undefined ? allBankAccountIds(db) : [bankAccountId]) {
    const wanted = maximumDifferences - report.differences.length;
    const checked = await inUnchangingView(db, (view) => verifyAccount(view, id, checks, wanted));
    if (!checked) continue;
    report.accounts += 1;
    report.transactions += checked.transactions;
    report.differences.push(...checked.differences);
    report.ended_early = report.differences.length >= maximumDifferences;
    if (report.ended_early) break;
  }
  return bankAccountId !== undefined && report.accounts === 0 ? undefined : report;
}

async function verifyAccount(
  view: Queryable,
  bankAccountId: string,
  checks: readonly Query<FoundDifference>[],
  maximumDifferences: number,
): Promise<{ transactions: number; differences: BalanceDifference[] } | undefined> {
  const found = await view.row(findAccount, [bankAccountId]);
  if (!found) return undefined;
  await view.rows(tuneQuery);
  const differences: BalanceDifference[] = [];
  for (const check of checks) {
    const rows = await view.rows(check, [bankAccountId, maximumDifferences - differences.length, found.budget_ids]);
    differences.push(...rows.map((row) => ({ bank_account: bankAccountId, ...row })));
    if (differences.length >= maximumDifferences) break;
  }
  return { transactions: Number(found.transactions), differences };
}
