/** What a budget's row says of its entries besides its balance: their numbers, and whether it is complete. */
import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { check } from '../ledger/balance-checks.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';
import { completeSql } from './completion.ts';

const recountQuery = query<object>(`
UPDATE budgets b SET allocation_count = t.allocations, transfer_count = t.transfers
FROM (
  SELECT x.id, count(*) FILTER (WHERE e.kind = ${ENTRY_KIND.allocation}) AS allocations, count(*) FILTER (WHERE e.kind = ${ENTRY_KIND.transfer}) AS transfers
  FROM unnest($1::uuid[]) AS x (id) LEFT JOIN budget_entries e ON e.budget_id = x.id GROUP BY x.id
) t
WHERE b.id = t.id AND (b.allocation_count, b.transfer_count) IS DISTINCT FROM (t.allocations::int, t.transfers::int)`);

/** Counts the entries of budgets anew. */
export async function recountEntries(tx: Tx, budgetIds: readonly string[]): Promise<void> {
  await tx.rows(recountQuery, [budgetIds]);
}

const findBudgets = query<{ id: string }>('SELECT id FROM budgets WHERE bank_account_id = $1');
const completeQuery = query<object>(`
UPDATE budgets b SET complete = ${completeSql('b', 'b.balance')}
WHERE b.bank_account_id = $1 AND b.complete <> (${completeSql('b', 'b.balance')})`);

/** The counts are those of the entries; no money is left in an archived budget; a capped one is complete exactly while full. */
const budgetValues = check(
  { budget: 'b.id' },
  `FROM budgets b LEFT JOIN (
    SELECT e.budget_id, count(*) FILTER (WHERE e.kind = ${ENTRY_KIND.allocation}) AS allocations, count(*) FILTER (WHERE e.kind = ${ENTRY_KIND.transfer}) AS transfers
    FROM budget_entries e WHERE e.budget_id = ANY($3::uuid[]) GROUP BY e.budget_id
  ) e ON e.budget_id = b.id
  CROSS JOIN LATERAL (VALUES
    ('allocation_count', coalesce(e.allocations, 0)::text, b.allocation_count::text),
    ('transfer_count', coalesce(e.transfers, 0)::text, b.transfer_count::text),
    ('archived_balance', CASE WHEN b.archived_at IS NULL THEN b.balance ELSE 0.0000 END::text, b.balance::text),
    ('complete', CASE WHEN b.budget_type = 'C' AND NOT b.is_unallocated THEN b.target_balance > 0 AND b.balance >= b.target_balance ELSE b.complete END::text, b.complete::text)
  ) v (field, expected, stored)
  WHERE b.bank_account_id = $1`,
  'ORDER BY b.id',
);

/** The counts of a budget's entries, and its completion. */
export const BUDGET_VALUES: DerivedValues = {
  budgetColumns: ['allocation_count', 'complete', 'transfer_count'],
  checks: [budgetValues],
  recompute: async (tx, account) => {
    await recountEntries(tx, (await tx.rows(findBudgets, [account.id])).map(({ id }) => id));
    await tx.rows(completeQuery, [account.id]);
    return 0;
  },
};
