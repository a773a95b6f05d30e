import { query, type Database, type Query } from '../db/database.ts';
import { lockBankAccount } from './lock-bank-account.ts';
import type { Mutations } from '../mutations/mutate.ts';
import type { Tx } from '../mutations/transaction.ts';
import { allBankAccountIds } from './bank-account-ids.ts';
import { ACCOUNT_CHAIN, BUDGET_CHAIN } from './chain.ts';
import type { DerivedValues } from './derived-values.ts';
import { recomputation } from './recompute-chain.ts';

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

const withoutTimeout = query<object>('SET LOCAL statement_timeout = 0');
const findBudgets = query<{ id: string }>('SELECT id FROM budgets WHERE bank_account_id = $1');

const recomputeAccountChains = recomputation(ACCOUNT_CHAIN);
const recomputeBudgetChains = recomputation(BUDGET_CHAIN);

interface StoredValue {
  budget: string | null;
  field: string;
  value: string;
}

/** Reads the columns that a recomputation makes anew. $1 is the account. */
function valuesQuery(derived: readonly DerivedValues[]): Query<StoredValue> {
  const values = (alias: string, columns: readonly string[]): string => columns.map((column) => `('${column}', ${alias}.${column}::text)`).join(', ');
  const ofAccount = [...ACCOUNT_CHAIN.balances.map(({ total }) => total), ...derived.flatMap(({ accountColumns = [] }) => accountColumns)];
  const ofBudgets = [...BUDGET_CHAIN.balances.map(({ total }) => total), ...derived.flatMap(({ budgetColumns = [] }) => budgetColumns)];
  return query<StoredValue>(`
SELECT NULL::uuid AS budget, v.field, v.value FROM bank_accounts a CROSS JOIN LATERAL (VALUES ${values('a', ofAccount)}) v (field, value) WHERE a.id = $1
UNION ALL
SELECT b.id, v.field, v.value FROM budgets b CROSS JOIN LATERAL (VALUES ${values('b', ofBudgets)}) v (field, value) WHERE b.bank_account_id = $1
ORDER BY budget, field`);
}

/**
 * Makes every balance, snapshot and derived value anew from the opening balances, the transactions and the entries: each
 * account under its lock and in a database transaction of its own.
 * @param bankAccountId only this account; undefined: all
 * @returns what was changed, or undefined when there is no such account
 */
export async function recomputeBalances(
  { db, mutations }: { db: Database; mutations: Mutations },
  derived: readonly DerivedValues[],
  bankAccountId?: string,
): Promise<RecomputationReport | undefined> {
  const report: RecomputationReport = { accounts: 0, corrected: [] };
  for await (const id of bankAccountId === undefined ? allBankAccountIds(db) : [bankAccountId]) {
    const account = await mutations.run((tx) => recomputeAccount(tx, derived, id));
    if (!account) continue;
    report.accounts += 1;
    if (account.transactions + account.entries + account.counts + account.values.length > 0) report.corrected.push(account);
  }
  return bankAccountId !== undefined && report.accounts === 0 ? undefined : report;
}

async function recomputeAccount(tx: Tx, derived: readonly DerivedValues[], bankAccountId: string): Promise<CorrectedAccount | undefined> {
  const account = await lockBankAccount(tx, bankAccountId);
  if (!account) return undefined;
  await tx.rows(withoutTimeout);
  const findValues = valuesQuery(derived);
  const before = await tx.rows(findValues, [account.id]);
  const budgets = await tx.rows(findBudgets, [account.id]);
  const entries = await recomputeBudgetChains(tx, new Map(budgets.map(({ id }) => [id, null])));
  const transactions = await recomputeAccountChains(tx, new Map([[account.id, null]]));
  let counts = 0;
  for (const { recompute } of derived) counts += (await recompute?.(tx, account)) ?? 0;
  const after = await tx.rows(findValues, [account.id]);
  const values = before.flatMap(({ budget, field, value }, index) => {
    const now = after[index]?.value ?? value;
    return now === value ? [] : [{ budget, field, before: value, after: now }];
  });
  return { bank_account: account.id, transactions, entries, counts, values };
}
