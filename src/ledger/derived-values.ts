import type { Query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { FoundDifference } from './balance-checks.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';

/**
 * What a noun stores that follows from transactions and entries, besides the running balances: how it is checked from
 * scratch, and how it is made anew once the balances are right. The ledger runs them with its own checks and repairs.
 */
export interface DerivedValues {
  readonly checks: readonly Query<FoundDifference>[];
  /** Makes the values anew. @returns how many were wrong, without those in the columns below */
  readonly recompute?: (tx: Tx, account: LockedBankAccount) => Promise<number>;
  /** Columns of the account's row that it makes anew. */
  readonly accountColumns?: readonly string[];
  /** Columns of the budgets' rows that it makes anew. */
  readonly budgetColumns?: readonly string[];
}
