import { statement } from '../db/database.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { ENTRY_KIND, entryColumns, INSERTED_COLUMNS, NEW_ENTRIES, recomputeSnapshots, type NewEntry } from './running-budget-balances.ts';

// $1 account, $2 now, $3–$11 the entries, $12 Unallocated, $13 its opening balance. One statement for all of them: it
// does not see its own rows, so that the snapshots it finds are those from before the batch, to which the batch adds up.
const insertBatchStatement = statement<object>(`
WITH ${NEW_ENTRIES},
summed AS (
  SELECT n.*, sum(n.amount) OVER (PARTITION BY n.budget_id ORDER BY n.instant, n.kind, n.position ROWS UNBOUNDED PRECEDING) AS added FROM new n
)
INSERT INTO budget_entries (${INSERTED_COLUMNS})
SELECT n.id, $1, n.budget_id, n.instant, n.kind, n.position, n.amount,
  n.added + coalesce(
    (SELECT p.balance FROM budget_entries p
     WHERE p.budget_id = n.budget_id AND (p.instant, p.kind, p.position) < (n.instant, n.kind, n.position)
     ORDER BY p.instant DESC, p.kind DESC, p.position DESC LIMIT 1),
    CASE WHEN n.budget_id = $12 THEN $13::numeric ELSE 0 END),
  CASE n.kind WHEN 1 THEN n.parent_id END, CASE n.kind WHEN 0 THEN n.parent_id END, n.category, n.memo, $2, $2
FROM summed n ORDER BY n.ordinal`);

const addCounts = statement<object>(`
UPDATE budgets b SET allocation_count = b.allocation_count + n.allocations, transfer_count = b.transfer_count + n.transfers
FROM unnest($1::uuid[], $2::int[], $3::int[]) AS n (budget_id, allocations, transfers) WHERE b.id = n.budget_id`);

/**
 * Inserts any number of entries at once, then recomputes each affected chain once from its first new entry: what stood
 * there before moves by what was put before it.
 * @param entries in the order of creation; any number per budget
 */
export async function insertEntryBatch(tx: Tx, account: LockedBankAccount, entries: readonly NewEntry[], now: Date): Promise<void> {
  if (entries.length === 0) return;
  const { unallocatedBudgetId, openingAvailable } = account;
  await tx.rows(insertBatchStatement, [account.id, now, ...entryColumns(entries), unallocatedBudgetId, openingAvailable.toFixed()]);
  const starts = new Map<string, Date>();
  const counts = new Map<string, { allocations: number; transfers: number }>();
  for (const { budgetId, instant, kind } of entries) {
    const start = starts.get(budgetId);
    if (start === undefined || instant < start) starts.set(budgetId, instant);
    const count = counts.get(budgetId) ?? { allocations: 0, transfers: 0 };
    count[kind === ENTRY_KIND.allocation ? 'allocations' : 'transfers'] += 1;
    counts.set(budgetId, count);
  }
  await recomputeSnapshots(tx, account, starts);
  const perBudget = [...counts.values()];
  await tx.rows(addCounts, [[...counts.keys()], perBudget.map(({ allocations }) => allocations), perBudget.map(({ transfers }) => transfers)]);
}
