/**
 * The ledger's invariants as SQL, one statement per subject. Each takes an account ($1), a limit ($2) and the ids of all
 * the account's budgets ($3), and returns the rows that are wrong: none when all is well. They share nothing with the
 * statements that maintain the balances. Budgets are a parameter, because from their ids Postgres can tell how much of
 * the table is theirs, and so read a small account over the indexes and a big one at a stretch.
 */
import { statement, type Statement } from '../db/database.ts';

export interface FoundDifference {
  check: string;
  budget: string | null;
  transaction: string | null;
  internal_transaction: string | null;
  entry: string | null;
  expected: string | null;
  stored: string | null;
}

/**
 * @param columns SQL for the ids of what is wrong; those that are left out are null
 * @param from a FROM clause that has a row `v` with `field`, `expected` and `stored`, and its WHERE. Where it yields a
 *   row of the history each, WHERE leaves out the right ones before `v` is made of them
 */
function check(columns: { budget?: string; transaction?: string; internalTransaction?: string; entry?: string }, from: string, order = ''): Statement<FoundDifference> {
  const { budget = 'NULL::uuid', transaction = 'NULL::uuid', internalTransaction = 'NULL::uuid', entry = 'NULL::uuid' } = columns;
  // Materialized, or the limit would make Postgres choose a plan that finds a first row soon, where mostly there is none.
  return statement<FoundDifference>(`WITH parameters AS (SELECT $1::uuid AS bank_account, $3::uuid[] AS budgets), -- not each check needs both
  wrong AS MATERIALIZED (
    SELECT v.field AS check, ${budget} AS budget, ${transaction} AS transaction, ${internalTransaction} AS internal_transaction, ${entry} AS entry,
      v.expected::text AS expected, v.stored::text AS stored
    ${from} AND v.expected IS DISTINCT FROM v.stored ${order}
  ) SELECT * FROM wrong LIMIT $2`);
}

/** The account's balances are its opening balances plus its transactions, and its budgets hold all of it. */
const accountTotals = check(
  {},
  `FROM bank_accounts a
  CROSS JOIN LATERAL (
    SELECT count(*) AS transactions, coalesce(sum(t.amount), 0) AS available, coalesce(sum(t.amount) FILTER (WHERE NOT t.pending), 0) AS posted
    FROM transactions t WHERE t.bank_account_id = a.id
  ) t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.balance), 0) AS balance, count(*) FILTER (WHERE b.is_unallocated) AS unallocated FROM budgets b WHERE b.bank_account_id = a.id
  ) b
  CROSS JOIN LATERAL (VALUES
    ('available_balance', a.opening_available + t.available, a.available_balance),
    ('posted_balance', a.opening_posted + t.posted, a.posted_balance),
    ('transaction_count', t.transactions, a.transaction_count),
    ('sum_of_budgets', a.available_balance, b.balance),
    ('unallocated_budgets', 1, b.unallocated)
  ) v (field, expected, stored)
  WHERE a.id = $1`,
);

/** Each transaction's snapshots are the account's balances up to and including it. */
const accountChain = check(
  { transaction: 't.id' },
  `FROM (
    SELECT t.id, t.transaction_date, t.sequence, t.bank_account_available_balance, t.bank_account_posted_balance,
      a.opening_available + sum(t.amount) OVER up_to_here AS available,
      a.opening_posted + sum(CASE WHEN t.pending THEN 0 ELSE t.amount END) OVER up_to_here AS posted
    FROM transactions t JOIN bank_accounts a ON a.id = t.bank_account_id
    WHERE t.bank_account_id = $1
    WINDOW up_to_here AS (ORDER BY t.transaction_date, t.sequence ROWS UNBOUNDED PRECEDING)
  ) t
  CROSS JOIN LATERAL (VALUES
    ('bank_account_available_balance', t.available, t.bank_account_available_balance),
    ('bank_account_posted_balance', t.posted, t.bank_account_posted_balance)
  ) v (field, expected, stored)
  WHERE (t.available, t.posted) <> (t.bank_account_available_balance, t.bank_account_posted_balance)`,
  'ORDER BY t.transaction_date, t.sequence',
);

/** The counts by day in UTC and by type are those of the transactions; a value without a row has none. */
const transactionCounts = check(
  {},
  `FROM (
    SELECT 'transaction_date' AS facet, to_char(date_trunc('day', t.transaction_date, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS value, count(*) AS count
    FROM transactions t WHERE t.bank_account_id = $1 GROUP BY date_trunc('day', t.transaction_date, 'UTC')
    UNION ALL
    SELECT 'posted_date', to_char(date_trunc('day', t.posted_date, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD'), count(*)
    FROM transactions t WHERE t.bank_account_id = $1 GROUP BY date_trunc('day', t.posted_date, 'UTC')
    UNION ALL
    SELECT 'transaction_type', t.transaction_type, count(*) FROM transactions t WHERE t.bank_account_id = $1 GROUP BY t.transaction_type
  ) t
  FULL JOIN (SELECT * FROM transaction_counts WHERE bank_account_id = $1) c ON c.facet = t.facet AND c.value = t.value
  CROSS JOIN LATERAL (SELECT coalesce(t.facet, c.facet) || ' ' || coalesce(t.value, c.value) || ': ' AS name) n
  CROSS JOIN LATERAL (VALUES ('transaction_counts', n.name || coalesce(t.count, 0), n.name || coalesce(c.count, 0))) v (field, expected, stored)
  WHERE coalesce(t.count, 0) <> coalesce(c.count, 0)`,
  'ORDER BY n.name',
);

/** Each budget's balance and counts are those of its entries; no money is left in an archived one; C is complete exactly while full. */
const budgetTotals = check(
  { budget: 'b.id' },
  `FROM budgets b JOIN bank_accounts a ON a.id = b.bank_account_id
  LEFT JOIN (
    SELECT e.budget_id, sum(e.amount) AS amount, count(*) FILTER (WHERE e.kind = 1) AS allocations, count(*) FILTER (WHERE e.kind = 0) AS transfers
    FROM budget_entries e WHERE e.budget_id = ANY($3::uuid[]) GROUP BY e.budget_id
  ) e ON e.budget_id = b.id
  CROSS JOIN LATERAL (VALUES
    ('balance', (CASE WHEN b.is_unallocated THEN a.opening_available ELSE 0 END + coalesce(e.amount, 0))::numeric(24,4)::text, b.balance::text),
    ('allocation_count', coalesce(e.allocations, 0)::text, b.allocation_count::text),
    ('transfer_count', coalesce(e.transfers, 0)::text, b.transfer_count::text),
    ('archived_balance', CASE WHEN b.archived_at IS NULL THEN b.balance ELSE 0.0000 END::text, b.balance::text),
    ('complete', CASE WHEN b.budget_type = 'C' AND NOT b.is_unallocated THEN b.target_balance > 0 AND b.balance >= b.target_balance ELSE b.complete END::text, b.complete::text)
  ) v (field, expected, stored)
  WHERE b.bank_account_id = $1`,
  'ORDER BY b.id',
);

/** The counts of a budget's allocations by category are those of its entries; that of new allocations has no count. */
const allocationCounts = check(
  { budget: 'n.budget_id' },
  `FROM (
    SELECT e.budget_id, e.category, count(*) AS count FROM budget_entries e
    WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = 1 AND e.category <> 'Uncategorized:Unassigned' GROUP BY e.budget_id, e.category
  ) e
  FULL JOIN (SELECT * FROM allocation_counts WHERE budget_id = ANY($3::uuid[])) c ON c.budget_id = e.budget_id AND c.category = e.category
  CROSS JOIN LATERAL (SELECT coalesce(e.budget_id, c.budget_id) AS budget_id, coalesce(e.category, c.category) || ': ' AS name) n
  CROSS JOIN LATERAL (VALUES ('allocation_counts', n.name || coalesce(e.count, 0), n.name || coalesce(c.count, 0))) v (field, expected, stored)
  WHERE coalesce(e.count, 0) <> coalesce(c.count, 0)`,
  'ORDER BY n.budget_id, n.name',
);

/** Each entry's snapshot is its budget's balance up to and including it. */
const budgetChains = check(
  { budget: 'e.budget_id', transaction: 'e.transaction_id', internalTransaction: 'e.internal_transaction_id', entry: 'e.id' },
  `FROM (
    SELECT e.id, e.budget_id, e.instant, e.kind, e.position, e.transaction_id, e.internal_transaction_id, e.balance,
      CASE WHEN e.budget_id = a.unallocated_id THEN a.opening_available ELSE 0 END
        + sum(e.amount) OVER (PARTITION BY e.budget_id ORDER BY e.instant, e.kind, e.position ROWS UNBOUNDED PRECEDING) AS up_to_here
    FROM (
      SELECT a.opening_available, (SELECT b.id FROM budgets b WHERE b.bank_account_id = a.id AND b.is_unallocated LIMIT 1) AS unallocated_id
      FROM bank_accounts a WHERE a.id = $1
    ) a CROSS JOIN budget_entries e
    WHERE e.budget_id = ANY($3::uuid[])
  ) e
  CROSS JOIN LATERAL (VALUES ('budget_balance', e.up_to_here, e.balance)) v (field, expected, stored)
  WHERE e.up_to_here <> e.balance`,
  'ORDER BY e.budget_id, e.instant, e.kind, e.position',
);

/** Each transaction is spread over at least one budget, and exactly. */
const allocations = check(
  { transaction: 't.id' },
  `FROM transactions t LEFT JOIN (
    SELECT e.transaction_id, sum(e.amount) AS amount
    FROM budget_entries e WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = 1 GROUP BY e.transaction_id
  ) e ON e.transaction_id = t.id
  CROSS JOIN LATERAL (VALUES ('sum_of_allocations', t.amount, e.amount)) v (field, expected, stored)
  WHERE t.bank_account_id = $1 AND t.amount IS DISTINCT FROM e.amount`,
);

/** An allocation stands in its budget's chain where its transaction stands in time, and within one account. */
const allocationPlaces = check(
  { budget: 'e.budget_id', transaction: 'e.transaction_id', entry: 'e.id' },
  `FROM budget_entries e LEFT JOIN transactions t ON t.id = e.transaction_id AND t.bank_account_id = $1
  CROSS JOIN LATERAL (VALUES
    ('allocation_instant', t.transaction_date::text, e.instant::text),
    ('allocation_position', t.sequence::text, e.position::text),
    ('allocation_bank_account', $1::uuid::text, e.bank_account_id::text),
    ('transaction_bank_account', $1::uuid::text, t.bank_account_id::text)
  ) v (field, expected, stored)
  WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = 1
    AND (e.instant, e.position, e.bank_account_id, t.bank_account_id) IS DISTINCT FROM (t.transaction_date, t.sequence, $1, $1)`,
);

/** An internal transaction has one side in each of its two budgets, of opposite amounts, where it stands in time. */
const transferSides = check(
  { budget: 's.budget_id', internalTransaction: 'i.id', entry: 'e.id' },
  `FROM internal_transactions i
  CROSS JOIN LATERAL (VALUES (i.src_budget_id, -i.amount), (i.dst_budget_id, i.amount)) s (budget_id, amount)
  LEFT JOIN budgets b ON b.id = s.budget_id
  LEFT JOIN budget_entries e ON e.internal_transaction_id = i.id AND e.budget_id = s.budget_id
  CROSS JOIN LATERAL (VALUES
    ('transfer_amount', s.amount::text, e.amount::text),
    ('transfer_instant', i.effective_date::text, e.instant::text),
    ('transfer_position', i.sequence::text, e.position::text),
    ('transfer_bank_account', i.bank_account_id::text, e.bank_account_id::text),
    ('transfer_budget_bank_account', i.bank_account_id::text, b.bank_account_id::text)
  ) v (field, expected, stored)
  WHERE i.bank_account_id = $1 AND (e.id IS NOT NULL OR v.field = 'transfer_amount')`,
);

/** No entry of an internal transaction stands in a budget that is neither its source nor its destination. */
const strayTransferSides = check(
  { budget: 'e.budget_id', internalTransaction: 'e.internal_transaction_id', entry: 'e.id' },
  `FROM budget_entries e JOIN internal_transactions i ON i.id = e.internal_transaction_id
  CROSS JOIN LATERAL (VALUES ('transfer_side', true, e.budget_id IN (i.src_budget_id, i.dst_budget_id))) v (field, expected, stored)
  WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = 0 AND e.budget_id NOT IN (i.src_budget_id, i.dst_budget_id)`,
);

/** In the order in which they are run: the sums first, then what they are made of. */
export const BALANCE_CHECKS: readonly Statement<FoundDifference>[] = [
  accountTotals,
  transactionCounts,
  budgetTotals,
  allocationCounts,
  allocations,
  transferSides,
  strayTransferSides,
  allocationPlaces,
  accountChain,
  budgetChains,
];
