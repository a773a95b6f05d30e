/**
 * How many allocations of a budget have a category: what lets a list of one category be counted without reading it
 * (docs/adr/0007-counts-of-filtered-lists.md). The category that new allocations have is not counted: it has what the
 * budget's `allocation_count` leaves, so that only who gives an allocation a category, or removes one that has it, writes here.
 * A category without a row has none.
 */
import { DEFAULT_CATEGORY } from './categories.ts';
import { query } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { check } from '../ledger/balance-checks.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';
import { planOverIndexes } from '../ledger/plan-over-indexes.ts';

/** SQL for a CTE that counts the allocations of the CTE `gone` no more. */
export const TAKE_OFF_COUNTS = `counts AS (
  UPDATE allocation_counts c SET count = c.count - 1 FROM gone g WHERE c.budget_id = g.budget_id AND c.category = g.category
)`;

// No row is written by two of the parts: one has the keys that were counted, the other those that were not.
const recomputeQuery = query<{ corrected: string }>(`
WITH counted AS MATERIALIZED (
  SELECT e.budget_id, e.category, count(*) AS count FROM budget_entries e
  WHERE e.bank_account_id = $1 AND e.kind = ${ENTRY_KIND.allocation} AND e.category <> '${DEFAULT_CATEGORY}' GROUP BY e.budget_id, e.category
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
async function recomputeAllocationCounts(tx: Tx, account: LockedBankAccount): Promise<number> {
  await planOverIndexes(tx);
  const answer = await tx.row(recomputeQuery, [account.id]);
  return Number(answer?.corrected ?? 0);
}

/** The counts of a budget's allocations by category are those of its entries; that of new allocations has no count. */
const allocationCounts = check(
  { budget: 'n.budget_id' },
  `FROM (
    SELECT e.budget_id, e.category, count(*) AS count FROM budget_entries e
    WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = ${ENTRY_KIND.allocation} AND e.category <> '${DEFAULT_CATEGORY}' GROUP BY e.budget_id, e.category
  ) e
  FULL JOIN (SELECT * FROM allocation_counts WHERE budget_id = ANY($3::uuid[])) c ON c.budget_id = e.budget_id AND c.category = e.category
  CROSS JOIN LATERAL (SELECT coalesce(e.budget_id, c.budget_id) AS budget_id, coalesce(e.category, c.category) || ': ' AS name) n
  CROSS JOIN LATERAL (VALUES ('allocation_counts', n.name || coalesce(e.count, 0), n.name || coalesce(c.count, 0))) v (field, expected, stored)
  WHERE coalesce(e.count, 0) <> coalesce(c.count, 0)`,
  'ORDER BY n.budget_id, n.name',
);

/** The counts of allocations by category. */
export const ALLOCATION_COUNTS: DerivedValues = { checks: [allocationCounts], recompute: recomputeAllocationCounts };
