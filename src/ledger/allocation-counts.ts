/**
 * How many allocations of a budget have a category: what lets a list of one category be counted without reading it
 * (docs/adr/0007-counts-of-filtered-lists.md). The category that new allocations have is not counted: it has what the
 * budget's `allocation_count` leaves, so that only who gives an allocation a category, or removes one that has it, writes here.
 * A category without a row has none.
 */
import { DEFAULT_CATEGORY } from '../allocations/categories.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { planOverIndexes } from './plan-over-indexes.ts';

// No row is written by two of the parts: one has the keys that were counted, the other those that were not.
const recomputeStatement = statement<{ corrected: string }>(`
WITH counted AS MATERIALIZED (
  SELECT e.budget_id, e.category, count(*) AS count FROM budget_entries e
  WHERE e.bank_account_id = $1 AND e.kind = 1 AND e.category <> '${DEFAULT_CATEGORY}' GROUP BY e.budget_id, e.category
),
corrected AS (
  INSERT INTO allocation_counts AS c (budget_id, category, count) SELECT budget_id, category, count FROM counted
  ON CONFLICT (budget_id, category) DO UPDATE SET count = excluded.count WHERE c.count <> excluded.count
  RETURNING category
),
removed AS (
  DELETE FROM allocation_counts WHERE budget_id IN (SELECT id FROM budgets WHERE bank_account_id = $1)
    AND (budget_id, category) NOT IN (SELECT budget_id, category FROM counted)
  RETURNING count
)
SELECT (SELECT count(*) FROM corrected) + (SELECT count(*) FROM removed WHERE count <> 0) AS corrected`);

/**
 * Counts an account's allocations by budget and category anew, to repair the counts.
 * @returns how many counts were wrong
 */
export async function recomputeAllocationCounts(tx: Tx, account: LockedBankAccount): Promise<number> {
  await planOverIndexes(tx);
  const answer = await tx.row(recomputeStatement, [account.id]);
  return Number(answer?.corrected ?? 0);
}
