import type { Principal } from '../auth/principal.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccountOf, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { findBudget, getBudget, type BudgetRow } from './budget.queries.ts';
import { drainBudget } from './drain-archived-budgets.ts';
import { refuseForFillup } from './fillup-goal.ts';

/**
 * Archives a budget, its fill-up before it: the balance, positive or negative, moves to or from Unallocated, and it
 * takes no new money from then on.
 * @param principal whose user is the actor of the transfers
 * @returns the budget as it is now
 * @throws AppError `not_found` when the principal sees no such budget, `unallocated_not_archivable`,
 *   `budget_archived_already`, `fillup_belongs_to_parent`
 */
export async function archiveBudget(tx: Tx, principal: Principal, { id }: { id: string }, now: Date): Promise<BudgetRow> {
  const account = await lockVisibleBankAccountOf(tx, principal, 'budgets', id);
  const budget = account && (await findBudget(tx, principal, id));
  if (!account || !budget) throw new AppError('not_found');
  if (id === account.unallocatedBudgetId) throw new AppError('unallocated_not_archivable');
  if (budget.archived) throw new AppError('budget_archived_already');
  refuseForFillup(budget.parent);
  const { userId: actorId } = principal;
  if (budget.fillup_goal_id !== null) await archiveLocked(tx, account, { budgetId: budget.fillup_goal_id, actorId }, now);
  await archiveLocked(tx, account, { budgetId: id, actorId }, now);
  return getBudget(tx, principal, id);
}

const findOpen = query<{ id: string; balance: string }>('SELECT id, balance FROM budgets WHERE id = $1 AND archived_at IS NULL');
const markArchived = query<object>('UPDATE budgets SET archived_at = $2, modified_at = $2 WHERE id = $1');

/**
 * Archives one budget of the locked account, whatever it belongs to. Does nothing when it is archived already.
 * @param input.actorId the user who causes it
 */
export async function archiveLocked(
  tx: Tx,
  account: LockedBankAccount,
  { budgetId, actorId }: { budgetId: string; actorId: number },
  now: Date,
): Promise<void> {
  const budget = await tx.row(findOpen, [budgetId]);
  if (!budget) return;
  await drainBudget(tx, account, budget, actorId, now);
  await tx.rows(markArchived, [budgetId, now]);
}
