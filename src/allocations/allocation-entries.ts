/** How allocations come into their budgets' chains, change there and leave them, with the counts by category. */
import { v7 as uuidv7 } from 'uuid';

import { BUDGET_CHAIN } from '../budgets/budget-chain.ts';
import type { InstantText } from '../dates.ts';
import type { Tx } from '../mutations/transaction.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import { changing } from '../ledger/chain-changes.ts';
import { insertion, removal } from '../ledger/chain-writes.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Decimal } from '../money.ts';
import { TAKE_OFF_COUNTS } from './allocation-counts.ts';
import { NEW_ALLOCATION_COLUMNS } from './allocation.columns.ts';
import { DEFAULT_CATEGORY } from './categories.ts';

const counter = 'allocation_count';

// The category that new allocations have is the one that is not counted.
const insert = insertion(BUDGET_CHAIN, { columns: NEW_ALLOCATION_COLUMNS, counter });

/**
 * Gives budgets their shares of a transaction.
 * @param shares budget id → signed amount
 */
export async function insertAllocations(
  tx: Tx,
  account: LockedBankAccount,
  transaction: { id: string; transaction_date: InstantText; sequence: string },
  shares: ReadonlyMap<string, Decimal>,
  now: Date,
): Promise<void> {
  const place = { instant: new Date(transaction.transaction_date), kind: ENTRY_KIND.allocation, position: transaction.sequence };
  const common = { transaction_id: transaction.id, category: DEFAULT_CATEGORY, memo: null, created_at: now, modified_at: now };
  await insert(tx, account, [...shares].map(([budgetId, amount]) => ({ id: uuidv7(), budget_id: budgetId, amount, ...place, ...common })));
}

/** Takes allocations out of their chains, at most one of each budget. */
export const removeAllocations = removal(BUDGET_CHAIN, { counter, alongside: TAKE_OFF_COUNTS });

/** Changes the amounts of allocations, or when their transaction stands, at most one of each budget. */
export const changeAllocations = changing(BUDGET_CHAIN);
