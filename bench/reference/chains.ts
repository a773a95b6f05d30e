/** The writes of the chains, one statement each, as the server has them but for what this data does not need; in blocks, too. */
import { randomUUID } from 'node:crypto';

import type { Row, Rows } from './postgres.ts';

/** What the locked row of an account says. */
export interface Account {
  id: string;
  currency: string;
  opening_available: string;
  unallocated_budget_id: string;
}

const LOCK = `SELECT a.id, a.currency, a.opening_available,
  (SELECT b.id FROM budgets b WHERE b.bank_account_id = a.id AND b.is_unallocated) AS unallocated_budget_id FROM bank_accounts a`;

/** Locks an account. */
export async function lock(rows: Rows, accountId: string): Promise<Account> {
  return only(await rows<Account>(`${LOCK} WHERE a.id = $1 FOR UPDATE OF a`, [accountId]));
}

/** Locks a transaction's account. */
export async function lockAccountOf(rows: Rows, transactionId: string): Promise<Account> {
  return only(await rows<Account>(`${LOCK} WHERE a.id = (SELECT t.bank_account_id FROM transactions t WHERE t.id = $1) FOR UPDATE OF a`, [transactionId]));
}

function only<Result>(rows: readonly Result[]): Result {
  const [row] = rows;
  if (row === undefined) throw new Error('a row is missing');
  return row;
}

const INSERT_TRANSACTION = `
WITH block AS MATERIALIZED (
  SELECT s.starts_at, k.starts_at IS NULL AS is_new, coalesce(k.opening_available, (
    SELECT b.opening_available + p.available_in_block FROM transactions p
    JOIN account_blocks b ON b.bank_account_id = $1 AND b.starts_at = balance_block_start(p.transaction_date)
    WHERE p.bank_account_id = $1 AND p.transaction_date < s.starts_at ORDER BY p.transaction_date DESC, p.sequence DESC LIMIT 1
  ), $8::numeric) AS opening
  FROM (SELECT balance_block_start($3) AS starts_at) s LEFT JOIN account_blocks k ON k.bank_account_id = $1 AND k.starts_at = s.starts_at
), new_block AS (
  INSERT INTO account_blocks SELECT $1, starts_at, opening, opening FROM block WHERE is_new
), previous AS (
  SELECT available_in_block AS in_block FROM transactions
  WHERE bank_account_id = $1 AND transaction_date <= $3 AND transaction_date >= balance_block_start($3) ORDER BY transaction_date DESC, sequence DESC LIMIT 1
), later AS (
  UPDATE transactions SET available_in_block = available_in_block + $2::numeric, posted_in_block = posted_in_block + $2::numeric
  WHERE bank_account_id = $1 AND transaction_date > $3 AND transaction_date < balance_block_end($3)
), later_blocks AS (
  UPDATE account_blocks SET opening_available = opening_available + $2::numeric, opening_posted = opening_posted + $2::numeric
  WHERE bank_account_id = $1 AND starts_at > $3
), account AS (
  UPDATE bank_accounts SET available_balance = available_balance + $2::numeric, posted_balance = posted_balance + $2::numeric,
    transaction_count = transaction_count + 1 WHERE id = $1
), counts AS (
  INSERT INTO transaction_counts AS c (bank_account_id, facet, value, count)
  SELECT $1, f.facet, f.value, 1 FROM (VALUES ('transaction_date', to_char($3::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
    ('posted_date', to_char($3::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD')), ('transaction_type', $5::text)) f (facet, value)
  ON CONFLICT (bank_account_id, facet, value) DO UPDATE SET count = c.count + excluded.count
)
INSERT INTO transactions (id, bank_account_id, amount, posted_date, transaction_date, transaction_type, raw_description, description, party,
  link_pending, available_in_block, posted_in_block, created_at, modified_at)
SELECT $4, $1, $2::numeric, $3, $3, $5, $6, $6, $6, false, in_block, in_block, $7, $7
FROM (SELECT coalesce((SELECT in_block FROM previous), 0) + $2::numeric AS in_block) new
RETURNING *, available_in_block + (SELECT opening FROM block) AS bank_account_available_balance, posted_in_block + (SELECT opening FROM block) AS bank_account_posted_balance`;

/** A body as the benchmark posts it. */
export interface NewTransaction {
  bank_account: string;
  amount: string;
  posted_date: string;
  transaction_type: string;
  raw_description: string;
}

/** Inserts a posted transaction into its account's chain; the server's background job is not left anything to link. */
export async function insertTransaction(rows: Rows, account: Account, sent: NewTransaction, now: Date): Promise<Row> {
  const values = [account.id, sent.amount, sent.posted_date, randomUUID(), sent.transaction_type, sent.raw_description, now, account.opening_available];
  return only(await rows(INSERT_TRANSACTION, values));
}

const INSERT_ENTRIES = `
WITH new AS (
  SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::numeric[]) AS n (id, budget_id, amount)
), block AS MATERIALIZED (
  SELECT n.budget_id, balance_block_start($6) AS starts_at, k.starts_at IS NULL AS is_new, coalesce(k.opening_balance, (
    SELECT b.opening_balance + p.balance_in_block FROM budget_entries p
    JOIN budget_blocks b ON b.budget_id = n.budget_id AND b.starts_at = balance_block_start(p.instant)
    WHERE p.budget_id = n.budget_id AND p.instant < balance_block_start($6) ORDER BY p.instant DESC, p.kind DESC, p.position DESC LIMIT 1
  ), CASE WHEN n.budget_id = $10 THEN $11::numeric ELSE 0 END) AS opening
  FROM new n LEFT JOIN budget_blocks k ON k.budget_id = n.budget_id AND k.starts_at = balance_block_start($6)
), new_block AS (
  INSERT INTO budget_blocks SELECT budget_id, starts_at, opening FROM block WHERE is_new
), later AS (
  UPDATE budget_entries e SET balance_in_block = e.balance_in_block + n.amount FROM new n
  WHERE e.budget_id = n.budget_id AND (e.instant, e.kind, e.position) > ($6, $7::smallint, $8::bigint) AND e.instant < balance_block_end($6)
), later_blocks AS (
  UPDATE budget_blocks k SET opening_balance = k.opening_balance + n.amount FROM new n WHERE k.budget_id = n.budget_id AND k.starts_at > $6
), totals AS (
  UPDATE budgets b SET balance = b.balance + n.amount, allocation_count = b.allocation_count + $7::smallint, transfer_count = b.transfer_count + 1 - $7::smallint
  FROM new n WHERE b.id = n.budget_id
)
INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, balance_in_block, transaction_id, internal_transaction_id, category,
  created_at, modified_at)
SELECT n.id, $1, n.budget_id, $6, $7::smallint, $8::bigint, n.amount,
  n.amount + coalesce(
    (SELECT p.balance_in_block FROM budget_entries p WHERE p.budget_id = n.budget_id AND (p.instant, p.kind, p.position) < ($6, $7::smallint, $8::bigint)
       AND p.instant >= balance_block_start($6) ORDER BY p.instant DESC, p.kind DESC, p.position DESC LIMIT 1), 0),
  CASE $7::smallint WHEN 1 THEN $9::uuid END, CASE $7::smallint WHEN 0 THEN $9::uuid END, CASE $7::smallint WHEN 1 THEN 'Uncategorized:Unassigned' END, $2, $2
FROM new n
RETURNING budget_id, balance_in_block + (SELECT b.opening FROM block b WHERE b.budget_id = budget_entries.budget_id) AS balance`;

/** Where entries stand in their chains, and whose they are. */
export interface Place {
  instant: unknown;
  kind: 0 | 1;
  position: unknown;
  parentId: unknown;
}

/**
 * Inserts entries of one transaction (kind 1) or transfer (kind 0).
 * @param amounts by budget
 * @returns each budget's balance at the entry
 */
export async function insertEntries(rows: Rows, account: Account, place: Place, amounts: Readonly<Record<string, string>>, now: Date): Promise<Row[]> {
  const budgets = Object.keys(amounts);
  const entries = [budgets.map(() => randomUUID()), budgets, Object.values(amounts)];
  const { instant, kind, position, parentId } = place;
  return rows(INSERT_ENTRIES, [account.id, now, ...entries, instant, kind, position, parentId, account.unallocated_budget_id, account.opening_available]);
}

const LATER_BLOCKS = (sign: '+' | '-'): string => `later_blocks AS (
  UPDATE budget_blocks k SET opening_balance = k.opening_balance ${sign} c.amount FROM changed c WHERE k.budget_id = c.budget_id AND k.starts_at > c.instant
)`;

const CHANGE_ENTRY = `
WITH changed AS (SELECT id, budget_id, instant, kind, position, $2::numeric AS amount FROM budget_entries WHERE id = $1),
total AS (UPDATE budgets b SET balance = b.balance + $2::numeric FROM changed c WHERE b.id = c.budget_id),
${LATER_BLOCKS('+')}
UPDATE budget_entries e SET balance_in_block = e.balance_in_block + $2::numeric,
  amount = CASE WHEN e.id = $1 THEN e.amount + $2::numeric ELSE e.amount END, modified_at = CASE WHEN e.id = $1 THEN $3 ELSE e.modified_at END
FROM changed c WHERE e.budget_id = c.budget_id AND (e.instant, e.kind, e.position) >= (c.instant, c.kind, c.position) AND e.instant < balance_block_end(c.instant)`;

/** Adds to an allocation's amount. */
export async function changeEntry(rows: Rows, id: unknown, delta: unknown, now: Date): Promise<void> {
  await rows(CHANGE_ENTRY, [id, delta, now]);
}

const REMOVE_ENTRY = `
WITH changed AS (DELETE FROM budget_entries WHERE id = $1 RETURNING id, budget_id, instant, kind, position, amount),
later AS (UPDATE budget_entries e SET balance_in_block = e.balance_in_block - c.amount FROM changed c
  WHERE e.budget_id = c.budget_id AND (e.instant, e.kind, e.position) > (c.instant, c.kind, c.position) AND e.instant < balance_block_end(c.instant)),
${LATER_BLOCKS('-')},
emptied AS (DELETE FROM budget_blocks k USING changed c WHERE k.budget_id = c.budget_id AND k.starts_at = balance_block_start(c.instant) AND NOT EXISTS (
  SELECT FROM budget_entries e WHERE e.budget_id = c.budget_id AND e.id <> c.id AND e.instant >= balance_block_start(c.instant) AND e.instant < balance_block_end(c.instant)))
UPDATE budgets b SET balance = b.balance - c.amount, allocation_count = b.allocation_count - 1 FROM changed c WHERE b.id = c.budget_id`;

/** Removes an allocation. */
export async function removeEntry(rows: Rows, id: unknown): Promise<void> {
  await rows(REMOVE_ENTRY, [id]);
}
