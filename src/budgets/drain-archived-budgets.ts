import { query } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { transferMoney } from './transfer-money.ts';
import { Decimal } from '../money.ts';

const findLeftovers = query<{ id: string; balance: string }>(
  'SELECT id, balance FROM budgets WHERE id = ANY($1::uuid[]) AND archived_at IS NOT NULL AND balance <> 0 ORDER BY id',
);

/**
 * Brings archived budgets back to zero after a re-split or a deletion left money, or a debt, in them: a transfer to or
 * from Unallocated, effective now.
 * @param budgetIds the budgets that the change touched; those that are not archived stay as they are
 * @param actorId the user who caused it
 */
export async function drainArchivedBudgets(
  tx: Tx,
  account: LockedBankAccount,
  budgetIds: readonly string[],
  actorId: number,
  now: Date,
): Promise<void> {
  for (const budget of await tx.rows(findLeftovers, [budgetIds])) await drainBudget(tx, account, budget, actorId, now);
}

/** Moves a budget's whole balance, positive or negative, to or from Unallocated. */
export async function drainBudget(
  tx: Tx,
  account: LockedBankAccount,
  budget: { id: string; balance: string },
  actorId: number,
  now: Date,
): Promise<void> {
  const balance = new Decimal(budget.balance);
  if (balance.isZero()) return;
  const [sourceBudgetId, destinationBudgetId] = balance.isPositive()
    ? [budget.id, account.unallocatedBudgetId]
    : [account.unallocatedBudgetId, budget.id];
  await transferMoney(tx, account, { sourceBudgetId, destinationBudgetId, amount: balance.abs(), effectiveDate: now, actorId }, now);
}
