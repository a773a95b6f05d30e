import { statement, type Queryable } from '../db/database.ts';
import { AppError } from '../errors.ts';
import type { AllocationRow } from './allocation.queries.ts';
import type { Category } from './categories.ts';

export interface AllocationChanges {
  category?: Category | undefined;
  /** Undefined: stays as it is. Null: removed. */
  memo?: string | null | undefined;
}

const updateStatement = statement<AllocationRow>(`
UPDATE budget_entries e SET category = coalesce($3, e.category), memo = CASE WHEN $4 THEN $5 ELSE e.memo END, modified_at = $6
FROM bank_accounts a
WHERE e.id = $1 AND e.kind = 1 AND a.id = e.bank_account_id
  AND EXISTS (SELECT FROM bank_account_owners o WHERE o.bank_account_id = e.bank_account_id AND o.user_id = $2)
RETURNING e.id, e.transaction_id, e.budget_id, e.amount, e.balance, e.category, e.memo, e.created_at, e.modified_at, a.currency`);

/**
 * Says what an allocation was for. No balance moves, so the account is not locked.
 * @throws AppError `not_found` when the user owns no such allocation
 */
export async function updateAllocation(db: Queryable, id: string, changes: AllocationChanges, userId: number, now: Date): Promise<AllocationRow> {
  const { category, memo } = changes;
  const row = await db.row(updateStatement, [id, userId, category ?? null, memo !== undefined, memo ?? null, now]);
  if (!row) throw new AppError('not_found');
  return row;
}
