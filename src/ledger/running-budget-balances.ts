/**
 * The chains of budgets: each entry's `balance` is the budget's balance up to and including it, in the order
 * (instant, kind, position). docs/domain.md explains them.
 *
 * An entry that comes, changes or goes shifts the later balances of its budget by one amount, over the chain's index:
 * one statement whatever the number of budgets, never a loop over rows, never a re-read of history. At the end of a
 * chain there is nothing later, so that an append touches no other entry. Postgres applies only one of two updates to
 * the same row within one statement, silently: therefore one call takes at most one entry per budget, and a batch is
 * inserted first and then recomputed.
 */
import type { DEFAULT_CATEGORY } from '../allocations/categories.ts';
import { completeSql } from '../budgets/completion.ts';
import type { Decimal } from '../money.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { planOverIndexes } from './plan-over-indexes.ts';

/** The first of the order's two tie-breakers: at one instant, transfers come before allocations. */
export const ENTRY_KIND = { transfer: 0, allocation: 1 } as const;
export type EntryKind = (typeof ENTRY_KIND)[keyof typeof ENTRY_KIND];

export interface NewEntry {
  id: string;
  budgetId: string;
  /** The transaction's `transaction_date`, or the internal transaction's `effective_date`. */
  instant: Date;
  kind: EntryKind;
  /** The sequence of the transaction or internal transaction, as Postgres writes a bigint. */
  position: string;
  /** What the entry adds to the budget; the source side of a transfer is negative. */
  amount: Decimal;
  /** The id of the transaction (allocation) or of the internal transaction (transfer). */
  parentId: string;
  /** Any other would have to be counted in `allocation_counts`. */
  category?: typeof DEFAULT_CATEGORY | null;
  memo?: string | null;
}

export interface EntryBalance {
  id: string;
  sequence: string;
  budget_id: string;
  balance: string;
}

/** SQL for a CTE `new` of the entries that parameters $3–$11 bring, from `entryColumns`. */
export const NEW_ENTRIES = `new AS (
  SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::timestamptz[], $6::smallint[], $7::bigint[], $8::numeric[], $9::uuid[], $10::text[], $11::text[])
    WITH ORDINALITY AS n (id, budget_id, instant, kind, position, amount, parent_id, category, memo, ordinal)
)`;

const COUNTS = `allocation_count = b.allocation_count + CASE t.kind WHEN 1 THEN t.entries ELSE 0 END,
  transfer_count = b.transfer_count + CASE t.kind WHEN 0 THEN t.entries ELSE 0 END`;

export const INSERTED_COLUMNS = `id, bank_account_id, budget_id, instant, kind, position, amount, balance,
  transaction_id, internal_transaction_id, category, memo, created_at, modified_at`;

// $1 account, $2 now, $3–$11 the entries, $12 Unallocated, $13 its opening balance
const insertStatement = statement<EntryBalance>(`
WITH ${NEW_ENTRIES},
later AS (
  UPDATE budget_entries e SET balance = e.balance + n.amount
  FROM new n
  WHERE e.budget_id = n.budget_id AND (e.instant, e.kind, e.position) > (n.instant, n.kind, n.position)
),
totals AS (
  UPDATE budgets b SET balance = b.balance + t.amount, complete = ${completeSql('b', 'b.balance + t.amount')}, ${COUNTS}
  FROM (SELECT budget_id, kind, amount, 1 AS entries FROM new) t WHERE b.id = t.budget_id
)
INSERT INTO budget_entries (${INSERTED_COLUMNS})
SELECT n.id, $1, n.budget_id, n.instant, n.kind, n.position, n.amount,
  n.amount + coalesce(
    (SELECT p.balance FROM budget_entries p
     WHERE p.budget_id = n.budget_id AND (p.instant, p.kind, p.position) < (n.instant, n.kind, n.position)
     ORDER BY p.instant DESC, p.kind DESC, p.position DESC LIMIT 1),
    CASE WHEN n.budget_id = $12 THEN $13::numeric ELSE 0 END),
  CASE n.kind WHEN 1 THEN n.parent_id END, CASE n.kind WHEN 0 THEN n.parent_id END, n.category, n.memo, $2, $2
FROM new n
RETURNING id, sequence, budget_id, balance`);

/**
 * Puts new entries into their budgets' chains and their amounts onto the budgets' balances.
 * @param entries at most one per budget
 * @returns each entry's snapshot, in no particular order
 */
export async function insertEntries(tx: Tx, account: LockedBankAccount, entries: readonly NewEntry[], now: Date): Promise<EntryBalance[]> {
  requireOnePerBudget(entries.map((entry) => entry.budgetId));
  if (entries.length === 0) return [];
  return tx.rows(insertStatement, [account.id, now, ...entryColumns(entries), account.unallocatedBudgetId, account.openingAvailable.toFixed()]);
}

const removeStatement = statement<object>(`
WITH gone AS (
  DELETE FROM budget_entries WHERE id = ANY($1::uuid[]) RETURNING id, budget_id, instant, kind, position, amount, category
),
later AS (
  UPDATE budget_entries e SET balance = e.balance - g.amount
  FROM gone g
  WHERE e.budget_id = g.budget_id AND (e.instant, e.kind, e.position) > (g.instant, g.kind, g.position)
),
totals AS (
  UPDATE budgets b SET balance = b.balance - t.amount, complete = ${completeSql('b', 'b.balance - t.amount')}, ${COUNTS}
  FROM (SELECT budget_id, kind, amount, -1 AS entries FROM gone) t WHERE b.id = t.budget_id
),
counts AS (
  UPDATE allocation_counts c SET count = c.count - 1 FROM gone g WHERE c.budget_id = g.budget_id AND c.category = g.category
)
SELECT FROM gone`);

/**
 * Takes entries out of their chains and their amounts off the budgets' balances.
 * @param entries at most one per budget
 */
export async function removeEntries(tx: Tx, _account: LockedBankAccount, entries: readonly { id: string; budgetId: string }[]): Promise<void> {
  requireOnePerBudget(entries.map((entry) => entry.budgetId));
  if (entries.length > 0) await tx.rows(removeStatement, [entries.map((entry) => entry.id)]);
}

const changeStatement = statement<object>(`
WITH changed AS (
  SELECT e.id, e.budget_id, e.instant, e.kind, e.position, c.delta
  FROM unnest($1::uuid[], $2::numeric[]) AS c (id, delta) JOIN budget_entries e ON e.id = c.id
),
totals AS (
  UPDATE budgets b SET balance = b.balance + c.delta, complete = ${completeSql('b', 'b.balance + c.delta')} FROM changed c WHERE b.id = c.budget_id
)
UPDATE budget_entries e SET
  balance = e.balance + c.delta,
  amount = CASE WHEN e.id = c.id THEN e.amount + c.delta ELSE e.amount END,
  modified_at = CASE WHEN e.id = c.id THEN $3 ELSE e.modified_at END
FROM changed c
WHERE e.budget_id = c.budget_id AND (e.instant, e.kind, e.position) >= (c.instant, c.kind, c.position)`);

/**
 * Changes the amounts of entries where they stand.
 * @param changes at most one per budget; `delta` is added to the entry's amount
 */
export async function changeEntries(
  tx: Tx,
  _account: LockedBankAccount,
  changes: readonly { id: string; budgetId: string; delta: Decimal }[],
  now: Date,
): Promise<void> {
  requireOnePerBudget(changes.map((change) => change.budgetId));
  if (changes.length === 0) return;
  await tx.rows(changeStatement, [changes.map((change) => change.id), changes.map((change) => change.delta.toFixed()), now]);
}

// Each chain is reached over its index, and each wrong row by its id.
const recomputeStatement = statement<{ entries: string }>(`
WITH start AS MATERIALIZED (
  SELECT s.budget_id, s.instant,
    coalesce(
      (SELECT p.balance FROM budget_entries p WHERE p.budget_id = s.budget_id AND p.instant < s.instant
       ORDER BY p.instant DESC, p.kind DESC, p.position DESC LIMIT 1),
      CASE WHEN s.budget_id = $3 THEN $4::numeric ELSE 0 END) AS balance
  FROM unnest($1::uuid[], $2::timestamptz[]) AS s (budget_id, instant)
),
chain AS MATERIALIZED (
  SELECT e.id, e.stored, s.balance + e.added AS balance
  FROM start s CROSS JOIN LATERAL (
    SELECT e.id, e.balance AS stored,
      sum(e.amount) OVER (ORDER BY e.instant, e.kind, e.position ROWS UNBOUNDED PRECEDING) AS added
    FROM budget_entries e WHERE e.budget_id = s.budget_id AND e.instant >= s.instant
  ) e
),
corrected AS (
  UPDATE budget_entries e SET balance = c.balance FROM chain c WHERE e.id = c.id AND c.stored <> c.balance RETURNING e.id
),
totals AS (
  UPDATE budgets b SET balance = t.balance, complete = ${completeSql('b', 't.balance')}
  FROM (
    SELECT s.budget_id,
      s.balance + coalesce((SELECT sum(e.amount) FROM budget_entries e WHERE e.budget_id = s.budget_id AND e.instant >= s.instant), 0) AS balance
    FROM start s
  ) t
  WHERE b.id = t.budget_id
)
SELECT count(*) AS entries FROM corrected`);

/**
 * Recomputes chains from a given instant on, with one window-function statement for all of them, and the budgets'
 * balances with them.
 * @param starts for each budget, the instant from which its entries may be wrong
 * @returns how many entries had a wrong balance
 */
export async function recomputeSnapshots(tx: Tx, account: LockedBankAccount, starts: ReadonlyMap<string, Date>): Promise<number> {
  if (starts.size === 0) return 0;
  await planOverIndexes(tx);
  const answer = await tx.row(recomputeStatement, [
    [...starts.keys()],
    [...starts.values()],
    account.unallocatedBudgetId,
    account.openingAvailable.toFixed(),
  ]);
  return Number(answer?.entries ?? 0);
}

const recountStatement = statement<object>(`
UPDATE budgets b SET allocation_count = t.allocations, transfer_count = t.transfers
FROM (
  SELECT x.id, count(*) FILTER (WHERE e.kind = 1) AS allocations, count(*) FILTER (WHERE e.kind = 0) AS transfers
  FROM unnest($1::uuid[]) AS x (id) LEFT JOIN budget_entries e ON e.budget_id = x.id GROUP BY x.id
) t
WHERE b.id = t.id AND (b.allocation_count, b.transfer_count) IS DISTINCT FROM (t.allocations::int, t.transfers::int)`);

/**
 * Recomputes chains as `recomputeSnapshots` does, and counts the budgets' entries anew.
 * @param starts for each budget, the instant from which its entries may be wrong
 * @returns how many entries had a wrong balance
 */
export async function recomputeBudgetChains(tx: Tx, account: LockedBankAccount, starts: ReadonlyMap<string, Date>): Promise<number> {
  const entries = await recomputeSnapshots(tx, account, starts);
  await tx.rows(recountStatement, [[...starts.keys()]]);
  return entries;
}

/** The parameters of NEW_ENTRIES. */
export function entryColumns(entries: readonly NewEntry[]): unknown[] {
  return [
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.budgetId),
    entries.map((entry) => entry.instant),
    entries.map((entry) => entry.kind),
    entries.map((entry) => entry.position),
    entries.map((entry) => entry.amount.toFixed()),
    entries.map((entry) => entry.parentId),
    entries.map((entry) => entry.category ?? null),
    entries.map((entry) => entry.memo ?? null),
  ];
}

function requireOnePerBudget(budgetIds: readonly string[]): void {
  if (new Set(budgetIds).size !== budgetIds.length) throw new Error('one statement can change only one entry per budget');
}
