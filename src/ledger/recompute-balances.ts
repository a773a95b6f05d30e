import type { InstantText } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { lockBankAccount } from './lock-bank-account.ts';
import { inTransaction, type Tx } from '../db/transaction.ts';
import { recomputeAllocationCounts } from './allocation-counts.ts';
import { allBankAccountIds } from './bank-account-ids.ts';
import { recomputeAccountChain } from './running-account-balances.ts';
import { recomputeBudgetChains } from './running-budget-balances.ts';
import { recomputeTransactionCounts } from './transaction-counts.ts';

/** A balance or counter that was wrong. */
export interface CorrectedValue {
  /** Null: the account's own. */
  budget: string | null;
  field: string;
  before: string;
  after: string;
}

/** What a recomputation changed in one account. */
export interface CorrectedAccount {
  bank_account: string;
  /** How many transactions had a wrong snapshot. */
  transactions: number;
  /** How many allocations and sides of internal transactions had a wrong snapshot. */
  entries: number;
  /** How many counts of transactions by day or type, and of allocations by category, were wrong. */
  counts: number;
  values: CorrectedValue[];
}

export interface RecomputationReport {
  accounts: number;
  /** Only the accounts in which something was wrong. */
  corrected: CorrectedAccount[];
}

const withoutTimeout = statement<object>('SET LOCAL statement_timeout = 0');
const findStarts = statement<{ id: string; instant: InstantText }>(
  `SELECT b.id, coalesce((SELECT min(e.instant) FROM budget_entries e WHERE e.budget_id = b.id), now()) AS instant
   FROM budgets b WHERE b.bank_account_id = $1`,
);
const findValues = statement<{ budget: string | null; field: string; value: string }>(`
SELECT NULL::uuid AS budget, v.field, v.value FROM bank_accounts a CROSS JOIN LATERAL (VALUES
  ('available_balance', a.available_balance::text), ('posted_balance', a.posted_balance::text), ('transaction_count', a.transaction_count::text)
) v (field, value) WHERE a.id = $1
UNION ALL
SELECT b.id, v.field, v.value FROM budgets b CROSS JOIN LATERAL (VALUES
  ('balance', b.balance::text), ('complete', b.complete::text),
  ('allocation_count', b.allocation_count::text), ('transfer_count', b.transfer_count::text)
) v (field, value) WHERE b.bank_account_id = $1
ORDER BY budget, field`);

/**
 * Makes every balance, snapshot and counter anew from the opening balances, the transactions and the entries: each
 * account under its lock and in a database transaction of its own.
 * @param bankAccountId only this account; undefined: all
 * @returns what was changed, or undefined when there is no such account
 */
export async function recomputeBalances(db: Database, bankAccountId?: string): Promise<RecomputationReport | undefined> {
  const report: RecomputationReport = { accounts: 0, corrected: [] };
  for await (const id of bankAccountId === undefined ? allBankAccountIds(db) : [bankAccountId]) {
    const account = await inTransaction(db, (tx) => recomputeAccount(tx, id));
    if (!account) continue;
    report.accounts += 1;
    if (account.transactions + account.entries + account.counts + account.values.length > 0) report.corrected.push(account);
  }
  return bankAccountId !== undefined && report.accounts === 0 ? undefined : report;
}

async function recomputeAccount(tx: Tx, bankAccountId: string): Promise<CorrectedAccount | undefined> {
  const account = await lockBankAccount(tx, bankAccountId);
  if (!account) return undefined;
  await tx.rows(withoutTimeout);
  const before = await tx.rows(findValues, [account.id]);
  const starts = new Map((await tx.rows(findStarts, [account.id])).map((row) => [row.id, new Date(row.instant)]));
  const entries = await recomputeBudgetChains(tx, account, starts);
  const transactions = await recomputeAccountChain(tx, account, null);
  const counts = (await recomputeTransactionCounts(tx, account)) + (await recomputeAllocationCounts(tx, account));
  const after = await tx.rows(findValues, [account.id]);
  const values = before.flatMap(({ budget, field, value }, index) => {
    const now = after[index]?.value ?? value;
    return now === value ? [] : [{ budget, field, before: value, after: now }];
  });
  return { bank_account: account.id, transactions, entries, counts, values };
}
