/**
 * How many transactions of an account fall on a day, or have a type: what lets a filtered list be counted without reading
 * it (docs/adr/0007-counts-of-filtered-lists.md). A table holds them by facet and value; a value without a row has none.
 * They are written under the account's lock, by the statements that write the transactions; `TransactionCount` in
 * prisma/schema.prisma describes the rows.
 */
import { query } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { check } from '../ledger/balance-checks.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';
import { planOverIndexes } from '../ledger/plan-over-indexes.ts';

/**
 * SQL for what a transaction counts in: rows of (facet, value), one for each facet, so that no two of them are the same count.
 * @param columns SQL for the transaction's two instants and its type
 */
function countedValuesSql(columns: { transactionDate: string; postedDate: string; transactionType: string }): string {
  return `(VALUES ('transaction_date', ${utcDaySql(columns.transactionDate)}), ('posted_date', ${utcDaySql(columns.postedDate)}),
    ('transaction_type', ${columns.transactionType}))`;
}

/** The same days in every session and for every owner; `count-transactions.ts` cuts ranges of instants at them. */
function utcDaySql(instant: string): string {
  return `to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;
}

/** SQL for the end of an INSERT into `transaction_counts AS c`: adds to the counts that are there already. */
export const ADDED_TO_COUNTS = 'ON CONFLICT (bank_account_id, facet, value) DO UPDATE SET count = c.count + excluded.count';

const OF_TRANSACTION = countedValuesSql({ transactionDate: 't.transaction_date', postedDate: 't.posted_date', transactionType: 't.transaction_type' });

/** SQL for a CTE that counts the transactions of the CTE `new`. */
export const ADD_TO_COUNTS = `counts AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count)
  SELECT t.bank_account_id, f.facet, f.value, 1 FROM new t CROSS JOIN LATERAL ${OF_TRANSACTION} f (facet, value)
  ${ADDED_TO_COUNTS}
)`;

/** SQL for a CTE that counts the transactions of the CTE `gone` no more. */
export const TAKE_OFF_COUNTS = `counts AS (
  UPDATE transaction_counts c SET count = c.count - 1 FROM gone t CROSS JOIN LATERAL ${OF_TRANSACTION} f (facet, value)
  WHERE c.bank_account_id = t.bank_account_id AND c.facet = f.facet AND c.value = f.value
)`;

/** SQL for CTEs that count the transactions of the CTE `changed` on another day, where that is another one. */
export const MOVE_COUNTS = `day AS (
  SELECT t.bank_account_id, ${utcDaySql('t.old_instant')} AS old, ${utcDaySql('t.transaction_date')} AS new FROM changed t
),
lowered AS (
  UPDATE transaction_counts c SET count = c.count - 1 FROM day d
  WHERE c.bank_account_id = d.bank_account_id AND c.facet = 'transaction_date' AND c.value = d.old AND d.old <> d.new
),
raised AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count)
  SELECT d.bank_account_id, 'transaction_date', d.new, 1 FROM day d WHERE d.old <> d.new
  ${ADDED_TO_COUNTS}
)`;

// No row is written by two of the parts: one has the keys that were counted, the other those that were not.
const recomputeQuery = query<{ corrected: string }>(`
WITH counted AS MATERIALIZED (
  SELECT f.facet, f.value, count(*) AS count FROM transactions t CROSS JOIN LATERAL ${OF_TRANSACTION} f (facet, value)
  WHERE t.bank_account_id = $1 GROUP BY f.facet, f.value
),
corrected AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count) SELECT $1, facet, value, count FROM counted
  ON CONFLICT (bank_account_id, facet, value) DO UPDATE SET count = excluded.count WHERE c.count <> excluded.count
  RETURNING value
),
removed AS (
  DELETE FROM transaction_counts WHERE bank_account_id = $1 AND (facet, value) NOT IN (SELECT facet, value FROM counted)
  RETURNING count
)
SELECT (SELECT count(*) FROM corrected) + (SELECT count(*) FROM removed WHERE count <> 0) AS corrected`);

/**
 * Counts an account's transactions anew: after a batch of them was inserted at once, or to repair the counts.
 * @returns how many counts were wrong
 */
async function recomputeTransactionCounts(tx: Tx, account: LockedBankAccount): Promise<number> {
  await planOverIndexes(tx);
  const answer = await tx.row(recomputeQuery, [account.id]);
  return Number(answer?.corrected ?? 0);
}

const recountQuery = query<object>(
  'UPDATE bank_accounts a SET transaction_count = (SELECT count(*) FROM transactions t WHERE t.bank_account_id = a.id) WHERE a.id = $1',
);

/** The number of an account's transactions is kept at the account. */
const transactionCount = check(
  {},
  `FROM bank_accounts a
  CROSS JOIN LATERAL (SELECT count(*) AS count FROM transactions t WHERE t.bank_account_id = a.id) t
  CROSS JOIN LATERAL (VALUES ('transaction_count', t.count, a.transaction_count)) v (field, expected, stored)
  WHERE a.id = $1`,
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

/** The counts of transactions. */
export const TRANSACTION_COUNTS: DerivedValues = {
  accountColumns: ['transaction_count'],
  checks: [transactionCount, transactionCounts],
  recompute: async (tx, account) => {
    await tx.rows(recountQuery, [account.id]);
    return recomputeTransactionCounts(tx, account);
  },
};
