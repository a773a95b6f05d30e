/**
 * Invariants as SQL, one statement per subject: those of the chains here, those of the nouns' own columns beside the nouns
 * (`DerivedValues`). Each takes an account ($1), a limit ($2) and the ids of all
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
export function check(columns: { budget?: string; transaction?: string; internalTransaction?: string; entry?: string }, from: string, order = ''): Statement<FoundDifference> {
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
    SELECT coalesce(sum(t.amount), 0) AS available, coalesce(sum(t.amount) FILTER (WHERE NOT t.pending), 0) AS posted
    FROM transactions t WHERE t.bank_account_id = a.id
  ) t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.balance), 0) AS balance, count(*) FILTER (WHERE b.is_unallocated) AS unallocated FROM budgets b WHERE b.bank_account_id = a.id
  ) b
  CROSS JOIN LATERAL (VALUES
    ('available_balance', a.opening_available + t.available, a.available_balance),
    ('posted_balance', a.opening_posted + t.posted, a.posted_balance),
    ('sum_of_budgets', a.available_balance, b.balance),
    ('unallocated_budgets', 1, b.unallocated)
  ) v (field, expected, stored)
  WHERE a.id = $1`,
);

/** Each budget's balance is what it began with, and its entries. */
const budgetTotals = check(
  { budget: 'b.id' },
  `FROM budgets b JOIN bank_accounts a ON a.id = b.bank_account_id
  LEFT JOIN (
    SELECT e.budget_id, sum(e.amount) AS amount FROM budget_entries e WHERE e.budget_id = ANY($3::uuid[]) GROUP BY e.budget_id
  ) e ON e.budget_id = b.id
  CROSS JOIN LATERAL (VALUES
    ('balance', (CASE WHEN b.is_unallocated THEN a.opening_available ELSE 0 END + coalesce(e.amount, 0))::numeric(24,4), b.balance)
  ) v (field, expected, stored)
  WHERE b.bank_account_id = $1`,
  'ORDER BY b.id',
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

/** The sums first, then what they are made of. */
export const TOTAL_CHECKS: readonly Statement<FoundDifference>[] = [accountTotals, budgetTotals];
export const CHAIN_CHECKS: readonly Statement<FoundDifference>[] = [accountChain, budgetChains];
