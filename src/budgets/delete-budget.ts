import type { Principal } from '../auth/principal.ts';
import type { InstantText } from '../dates.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccountOf } from '../ledger/lock-bank-account.ts';
import { recomputation } from '../ledger/recompute-chain.ts';
import { allowLongQueries } from '../mutations/query-timeout.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { BUDGET_CHAIN } from './budget-chain.ts';
import { recountEntries } from './budget-values.ts';
import { findBudget } from './budget.queries.ts';
import { refuseForFillup } from './fillup-goal.ts';

const findUse = query<{ has_allocations: boolean; earliest: InstantText | null }>(`
SELECT (SELECT bool_or(allocation_count > 0) FROM budgets WHERE id = ANY($1::uuid[])) AS has_allocations,
  (SELECT min(instant) FROM budget_entries WHERE budget_id = ANY($1::uuid[])) AS earliest`);

// $1 the budgets that go, $2 Unallocated. Three statements, because one would not see what the other has changed.
const removeInnerTransfers = query<object>(`
DELETE FROM internal_transactions t
WHERE (t.src_budget_id = ANY($1::uuid[]) AND (t.dst_budget_id = ANY($1::uuid[]) OR t.dst_budget_id = $2))
  OR (t.dst_budget_id = ANY($1::uuid[]) AND t.src_budget_id = $2)`);
const redirectTransfers = query<object>(`
UPDATE internal_transactions t SET
  src_budget_id = CASE WHEN t.src_budget_id = ANY($1::uuid[]) THEN $2 ELSE t.src_budget_id END,
  dst_budget_id = CASE WHEN t.dst_budget_id = ANY($1::uuid[]) THEN $2 ELSE t.dst_budget_id END,
  modified_at = $3
WHERE t.src_budget_id = ANY($1::uuid[]) OR t.dst_budget_id = ANY($1::uuid[])`);
const redirectEntries = query<object>('UPDATE budget_entries SET budget_id = $2 WHERE budget_id = ANY($1::uuid[])');

const recomputeChains = recomputation(BUDGET_CHAIN);

// Their funding events go with them, by the foreign key.
const removeBudgets = query<object>('DELETE FROM budgets WHERE id = ANY($1::uuid[])');

/**
 * Deletes a budget without a history of spending, and its fill-up with it, as if its money had always been in
 * Unallocated: transfers name Unallocated instead, and those that then have it on both sides go. Nothing else moves,
 * so that only Unallocated's chain changes.
 * @throws AppError `not_found` when the principal sees no such budget, `unallocated_not_deletable`, `fillup_belongs_to_parent`,
 *   and `budget_has_allocations` when it or its fill-up has any
 */
export async function deleteBudget(tx: Tx, principal: Principal, { id }: { id: string }, now: Date): Promise<void> {
  const account = await lockVisibleBankAccountOf(tx, principal, 'budgets', id);
  const budget = account && (await findBudget(tx, principal, id));
  if (!account || !budget) throw new AppError('not_found');
  const unallocatedId = account.unallocatedBudgetId;
  if (id === unallocatedId) throw new AppError('unallocated_not_deletable');
  refuseForFillup(budget.parent);

  const budgetIds = budget.fillup_goal_id === null ? [id] : [id, budget.fillup_goal_id];
  const use = await tx.row(findUse, [budgetIds]);
  if (use?.has_allocations) throw new AppError('budget_has_allocations');
  if (use?.earliest) {
    await allowLongQueries(tx);
    await tx.rows(removeInnerTransfers, [budgetIds, unallocatedId]);
    await tx.rows(redirectTransfers, [budgetIds, unallocatedId, now]);
    await tx.rows(redirectEntries, [budgetIds, unallocatedId]);
    await recomputeChains(tx, new Map([[unallocatedId, new Date(use.earliest)]]));
    await recountEntries(tx, [unallocatedId]);
  }
  await tx.rows(removeBudgets, [budgetIds]);
}
