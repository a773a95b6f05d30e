import type { Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccountOf, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { findBudget } from './budget.queries.ts';
import { drainBudget } from './drain-archived-budgets.ts';
import { belongsToParent } from './fillup-goal.ts';

/**
 * Archives a budget, its fill-up before it: the balance, positive or negative, moves to or from Unallocated, and it
 * takes no new money from then on.
 * @param userId the requesting user, who is the actor of the transfers
 * @throws AppError `not_found` when the user owns no such budget, `permission_denied` for Unallocated, `invalid` when it
 *   is archived already or is the fill-up of another budget
 */
export async function archiveBudget(tx: Tx, id: string, userId: number, clock: Clock): Promise<void> {
  const account = await lockBankAccountOf(tx, 'budgets', id, userId);
  const budget = account && (await findBudget(tx, id, userId));
  if (!account || !budget) throw new AppError('not_found');
  if (id === account.unallocatedBudgetId) throw new AppError('permission_denied', { detail: 'The Unallocated budget cannot be archived.' });
  if (budget.archived) throw new AppError('invalid', { detail: 'This budget is already archived.' });
  if (budget.parent) throw new AppError('invalid', { detail: belongsToParent(budget.parent) });
  if (budget.fillup_goal_id !== null) await archiveLocked(tx, account, budget.fillup_goal_id, userId, clock);
  await archiveLocked(tx, account, id, userId, clock);
}

const findOpen = statement<{ id: string; balance: string }>('SELECT id, balance FROM budgets WHERE id = $1 AND archived_at IS NULL');
const markArchived = statement<object>('UPDATE budgets SET archived_at = $2, modified_at = $2 WHERE id = $1');

/**
 * Archives one budget of the locked account, whatever it belongs to. Does nothing when it is archived already.
 * @param actorId the user who causes it
 */
export async function archiveLocked(tx: Tx, account: LockedBankAccount, budgetId: string, actorId: number, clock: Clock): Promise<void> {
  const budget = await tx.row(findOpen, [budgetId]);
  if (!budget) return;
  await drainBudget(tx, account, budget, actorId, clock.now());
  await tx.rows(markArchived, [budgetId, clock.now()]);
}
