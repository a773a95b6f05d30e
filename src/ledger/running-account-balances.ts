/**
 * The chains of bank accounts: each transaction's two snapshots are the account's available and posted balance up to
 * and including it, in the order (transaction_date, sequence). A pending transaction does not move the posted chain.
 * Kept as the budgets' chains are: one set-based statement over the chain's index, and nothing at all on an append.
 * The counts by day and type (`transaction-counts.ts`) are written by the same statements.
 */
import type { Decimal } from '../money.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { planOverIndexes } from './plan-over-indexes.ts';
import { ADDED_TO_COUNTS, countedValuesSql } from './transaction-counts.ts';

export interface NewTransaction {
  id: string;
  amount: Decimal;
  postedDate: Date;
  transactionDate: Date;
  transactionType: string;
  pending: boolean;
  memo: string | null;
  rawDescription: string;
  description: string;
  party: string | null;
  image: string | null;
  document: string | null;
}

// $2 is the amount, $3 what of it is posted: 0 while pending
const insertStatement = statement<{ sequence: string; available: string; posted: string }>(`
WITH previous AS (
  SELECT bank_account_available_balance AS available, bank_account_posted_balance AS posted FROM transactions
  WHERE bank_account_id = $1 AND transaction_date <= $4
  ORDER BY transaction_date DESC, sequence DESC LIMIT 1
),
later AS (
  UPDATE transactions SET
    bank_account_available_balance = bank_account_available_balance + $2::numeric,
    bank_account_posted_balance = bank_account_posted_balance + $3::numeric
  WHERE bank_account_id = $1 AND transaction_date > $4
),
account AS (
  UPDATE bank_accounts SET
    available_balance = available_balance + $2::numeric, posted_balance = posted_balance + $3::numeric, transaction_count = transaction_count + 1
  WHERE id = $1
),
counts AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count)
  SELECT $1, f.facet, f.value, 1
  FROM ${countedValuesSql({ transactionDate: '$4::timestamptz', postedDate: '$6::timestamptz', transactionType: '$7::text' })} f (facet, value)
  ${ADDED_TO_COUNTS}
)
INSERT INTO transactions (id, bank_account_id, amount, transaction_date, posted_date, transaction_type, pending, memo, raw_description,
  description, party, image, document, bank_account_available_balance, bank_account_posted_balance, created_at, modified_at)
SELECT $5, $1, $2::numeric, $4, $6, $7, $8, $9, $10, $11, $12, $13, $14,
  coalesce((SELECT available FROM previous), $15::numeric) + $2::numeric,
  coalesce((SELECT posted FROM previous), $16::numeric) + $3::numeric, $17, $17
RETURNING sequence, bank_account_available_balance AS available, bank_account_posted_balance AS posted`);

/**
 * Inserts a transaction into its account's chain and its amount onto the account's balances.
 * Its sequence is the greatest yet, so that only transactions of a later date come after it.
 * @returns the transaction's sequence and its two snapshots
 */
export async function insertIntoAccountChain(
  tx: Tx,
  account: LockedBankAccount,
  transaction: NewTransaction,
  now: Date,
): Promise<{ sequence: string; available: string; posted: string }> {
  const amount = transaction.amount.toFixed();
  const row = await tx.row(insertStatement, [
    account.id,
    amount,
    transaction.pending ? '0' : amount,
    transaction.transactionDate,
    transaction.id,
    transaction.postedDate,
    transaction.transactionType,
    transaction.pending,
    transaction.memo,
    transaction.rawDescription,
    transaction.description,
    transaction.party,
    transaction.image,
    transaction.document,
    account.openingAvailable.toFixed(),
    account.openingPosted.toFixed(),
    now,
  ]);
  if (!row) throw new Error('an INSERT returned no row');
  return row;
}

const removeStatement = statement<object>(`
WITH gone AS (
  DELETE FROM transactions WHERE id = $1 AND bank_account_id = $2
  RETURNING id, amount, CASE WHEN pending THEN 0 ELSE amount END AS posted, transaction_date, sequence, posted_date, transaction_type
),
later AS (
  UPDATE transactions t SET
    bank_account_available_balance = t.bank_account_available_balance - g.amount,
    bank_account_posted_balance = t.bank_account_posted_balance - g.posted
  FROM gone g
  WHERE t.bank_account_id = $2 AND (t.transaction_date, t.sequence) > (g.transaction_date, g.sequence)
),
account AS (
  UPDATE bank_accounts a SET
    available_balance = a.available_balance - g.amount, posted_balance = a.posted_balance - g.posted, transaction_count = a.transaction_count - 1
  FROM gone g WHERE a.id = $2
),
counts AS (
  UPDATE transaction_counts c SET count = c.count - 1
  FROM gone g CROSS JOIN LATERAL
    ${countedValuesSql({ transactionDate: 'g.transaction_date', postedDate: 'g.posted_date', transactionType: 'g.transaction_type' })} f (facet, value)
  WHERE c.bank_account_id = $2 AND c.facet = f.facet AND c.value = f.value
)
SELECT FROM gone`);

/** Takes a transaction out of its account's chain. Its allocations must be gone from their chains already. */
export async function removeFromAccountChain(tx: Tx, account: LockedBankAccount, transactionId: string): Promise<void> {
  await tx.rows(removeStatement, [transactionId, account.id]);
}

const postStatement = statement<object>(`
WITH this AS (
  SELECT amount, transaction_date, sequence FROM transactions WHERE id = $1 AND bank_account_id = $2 AND pending
),
account AS (
  UPDATE bank_accounts a SET posted_balance = a.posted_balance + this.amount FROM this WHERE a.id = $2
)
UPDATE transactions t SET
  bank_account_posted_balance = t.bank_account_posted_balance + this.amount,
  pending = t.pending AND t.id <> $1
FROM this
WHERE t.bank_account_id = $2 AND (t.transaction_date, t.sequence) >= (this.transaction_date, this.sequence)`);

/** Turns a pending transaction into a posted one: the posted chain moves by its amount from it on. */
export async function postPendingTransaction(tx: Tx, account: LockedBankAccount, transactionId: string): Promise<void> {
  await tx.rows(postStatement, [transactionId, account.id]);
}

const changeAmountStatement = statement<object>(`
WITH this AS (
  SELECT transaction_date, sequence, CASE WHEN pending THEN 0 ELSE $3::numeric END AS posted FROM transactions WHERE id = $1 AND bank_account_id = $2
),
account AS (
  UPDATE bank_accounts a SET available_balance = a.available_balance + $3::numeric, posted_balance = a.posted_balance + this.posted FROM this WHERE a.id = $2
)
UPDATE transactions t SET
  amount = CASE WHEN t.id = $1 THEN t.amount + $3::numeric ELSE t.amount END,
  bank_account_available_balance = t.bank_account_available_balance + $3::numeric,
  bank_account_posted_balance = t.bank_account_posted_balance + this.posted
FROM this
WHERE t.bank_account_id = $2 AND (t.transaction_date, t.sequence) >= (this.transaction_date, this.sequence)`);

/**
 * Changes a transaction's amount where it stands, as banks do while it is pending. Its allocations must be changed by as
 * much in the same database transaction (`changeEntries`).
 * @param delta what is added to the amount
 */
export async function changeTransactionAmount(tx: Tx, account: LockedBankAccount, transactionId: string, delta: Decimal): Promise<void> {
  await tx.rows(changeAmountStatement, [transactionId, account.id, delta.toFixed()]);
}

// $1 account, $2 from when on (null: from the beginning), $3 and $4 the opening balances
const recomputeStatement = statement<{ transactions: string }>(`
WITH previous AS MATERIALIZED (
  SELECT coalesce(p.bank_account_available_balance, $3::numeric) AS available, coalesce(p.bank_account_posted_balance, $4::numeric) AS posted
  FROM (SELECT) AS always LEFT JOIN LATERAL (
    SELECT * FROM transactions t WHERE t.bank_account_id = $1 AND t.transaction_date < coalesce($2::timestamptz, '-infinity')
    ORDER BY t.transaction_date DESC, t.sequence DESC LIMIT 1
  ) p ON true
),
chain AS MATERIALIZED (
  SELECT t.id, t.amount, t.pending, t.bank_account_available_balance AS stored_available, t.bank_account_posted_balance AS stored_posted,
    previous.available + sum(t.amount) OVER up_to_here AS available,
    previous.posted + sum(CASE WHEN t.pending THEN 0 ELSE t.amount END) OVER up_to_here AS posted
  FROM previous CROSS JOIN transactions t
  WHERE t.bank_account_id = $1 AND t.transaction_date >= coalesce($2::timestamptz, '-infinity')
  WINDOW up_to_here AS (ORDER BY t.transaction_date, t.sequence ROWS UNBOUNDED PRECEDING)
),
corrected AS (
  UPDATE transactions t SET bank_account_available_balance = c.available, bank_account_posted_balance = c.posted
  FROM chain c WHERE t.id = c.id AND (c.stored_available, c.stored_posted) <> (c.available, c.posted) RETURNING t.id
),
totals AS (
  UPDATE bank_accounts a SET
    available_balance = previous.available + added.available, posted_balance = previous.posted + added.posted,
    transaction_count = (SELECT count(*) FROM transactions t WHERE t.bank_account_id = $1)
  FROM previous, (
    SELECT coalesce(sum(c.amount), 0) AS available, coalesce(sum(c.amount) FILTER (WHERE NOT c.pending), 0) AS posted FROM chain c
  ) added
  WHERE a.id = $1
)
SELECT count(*) AS transactions FROM corrected`);

/**
 * Recomputes an account's chain with one window-function statement, and its balances and count with it: after a batch
 * of transactions was inserted at once, or to repair it.
 * @param start the instant from which transactions may be wrong; null: all of them
 * @returns how many transactions had a wrong snapshot
 */
export async function recomputeAccountChain(tx: Tx, account: LockedBankAccount, start: Date | null): Promise<number> {
  await planOverIndexes(tx);
  const answer = await tx.row(recomputeStatement, [account.id, start, account.openingAvailable.toFixed(), account.openingPosted.toFixed()]);
  return Number(answer?.transactions ?? 0);
}
