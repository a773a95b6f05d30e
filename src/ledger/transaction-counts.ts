/**
 * How many transactions of an account fall on a day, or have a type: what lets a filtered list be counted without reading
 * it (docs/adr/0007-counts-of-filtered-lists.md). A table holds them by facet and value; a value without a row has none.
 * They are written under the account's lock, by the statements that write the transactions; `TransactionCount` in
 * prisma/schema.prisma describes the rows.
 */
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { planOverIndexes } from './plan-over-indexes.ts';

/**
 * SQL for what a transaction counts in: rows of (facet, value), one for each facet, so that no two of them are the same count.
 * @param columns SQL for the transaction's two instants and its type
 */
export function countedValuesSql(columns: { transactionDate: string; postedDate: string; transactionType: string }): string {
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

// No row is written by two of the parts: one has the keys that were counted, the other those that were not.
const recomputeStatement = statement<{ corrected: string }>(`
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
export async function recomputeTransactionCounts(tx: Tx, account: LockedBankAccount): Promise<number> {
  await planOverIndexes(tx);
  const answer = await tx.row(recomputeStatement, [account.id]);
  return Number(answer?.corrected ?? 0);
}
