import type { Principal } from '../auth/principal.ts';
import { query } from '../db/database.ts';
import { lockVisibleBankAccountOf } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import { ALLOCATION_SELECTION, OPENING_OF_ALLOCATION, type AllocationRow } from './allocation.columns.ts';
import { DEFAULT_CATEGORY, type Category } from './categories.ts';

/** What is said of an allocation. */
export interface AllocationUpdate {
  id: string;
  /** Undefined: stays as it is. */
  category?: Category | undefined;
  /** Undefined: stays as it is. Null: removed. */
  memo?: string | null | undefined;
}

// $2 is the new category, null: as it is. The two counts are different rows, as they must be within one statement.
const updateQuery = query<AllocationRow>(`
WITH present AS (
  SELECT budget_id, category FROM budget_entries WHERE id = $1 AND kind = ${ENTRY_KIND.allocation} AND category <> $2::text
),
lowered AS (
  UPDATE allocation_counts c SET count = c.count - 1 FROM present p WHERE c.budget_id = p.budget_id AND c.category = p.category
),
raised AS (
  INSERT INTO allocation_counts AS c (budget_id, category, count) SELECT p.budget_id, $2::text, 1 FROM present p WHERE $2::text <> '${DEFAULT_CATEGORY}'
  ON CONFLICT (budget_id, category) DO UPDATE SET count = c.count + 1
),
updated AS (
  UPDATE budget_entries e SET category = coalesce($2::text, e.category), memo = CASE WHEN $3 THEN $4 ELSE e.memo END, modified_at = $5
  WHERE e.id = $1 AND e.kind = ${ENTRY_KIND.allocation} RETURNING e.*
)
SELECT ${ALLOCATION_SELECTION}, a.currency FROM updated e JOIN bank_accounts a ON a.id = e.bank_account_id ${OPENING_OF_ALLOCATION}`);

/**
 * Says what an allocation was for. No balance moves, but the counts by category do.
 * @throws AppError `not_found` when the principal sees no such allocation
 */
export async function updateAllocation(tx: Tx, principal: Principal, { id, category, memo }: AllocationUpdate, now: Date): Promise<AllocationRow> {
  const account = await lockVisibleBankAccountOf(tx, principal, 'budget_entries', id);
  const row = account && (await tx.row(updateQuery, [id, category ?? null, memo !== undefined, memo ?? null, now]));
  if (!row) throw new AppError('not_found');
  return row;
}
