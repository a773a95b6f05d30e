/** The writes of the chains, one statement each, as the server has them but for what this data does not need; in days and months, too. */
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

/** SQL for the days and months of an instant. */
const day = (when: string): string => `(${when} AT TIME ZONE 'UTC')::date`;
const month = (when: string): string => `date_trunc('month', ${when} AT TIME ZONE 'UTC')::date`;
const nextMonth = (when: string): string => `(date_trunc('month', ${when} AT TIME ZONE 'UTC') + interval '1 month')::date`;
const dayStart = (when: string): string => `date_trunc('day', ${when}, 'UTC')`;
const dayEnd = (when: string): string => `date_trunc('day', ${when}, 'UTC') + interval '24 hours'`;

const DATE = '$3::timestamptz';
const INSERT_TRANSACTION = `
WITH start AS MATERIALIZED (
  SELECT s.day, s.month, d.day IS NULL AS is_new_day, m.month IS NULL AS is_new_month,
    coalesce(m.opening_available, p.opening_available + p.available_in_month + p.available_in_day, $8::numeric) AS opening,
    coalesce(d.available_in_month, CASE WHEN p.month = s.month THEN p.available_in_month + p.available_in_day END, 0) AS in_month
  FROM (SELECT ${day(DATE)} AS day, ${month(DATE)} AS month) s
  LEFT JOIN account_days d ON d.bank_account_id = $1 AND d.day = s.day
  LEFT JOIN account_months m ON m.bank_account_id = $1 AND m.month = s.month
  LEFT JOIN LATERAL (
    SELECT p.available_in_day, d.available_in_month, m.month, m.opening_available
    FROM (SELECT * FROM transactions WHERE bank_account_id = $1 AND d.day IS NULL AND transaction_date < ${dayStart(DATE)} ORDER BY transaction_date DESC, sequence DESC LIMIT 1) p
    JOIN account_days d ON d.bank_account_id = $1 AND d.day = ${day('p.transaction_date')}
    JOIN account_months m ON m.bank_account_id = $1 AND m.month = ${month('p.transaction_date')} LIMIT 1
  ) p ON true
), new_day AS (
  INSERT INTO account_days SELECT $1, day, in_month, in_month FROM start WHERE is_new_day
), new_month AS (
  INSERT INTO account_months SELECT $1, month, opening, opening FROM start WHERE is_new_month
), previous AS (
  SELECT available_in_day AS in_day FROM transactions
  WHERE bank_account_id = $1 AND transaction_date <= $3 AND transaction_date >= ${dayStart(DATE)} ORDER BY transaction_date DESC, sequence DESC LIMIT 1
), later AS (
  UPDATE transactions SET available_in_day = available_in_day + $2::numeric, posted_in_day = posted_in_day + $2::numeric
  WHERE bank_account_id = $1 AND transaction_date > $3 AND transaction_date < ${dayEnd(DATE)}
), later_days AS (
  UPDATE account_days SET available_in_month = available_in_month + $2::numeric, posted_in_month = posted_in_month + $2::numeric
  WHERE bank_account_id = $1 AND day > ${day(DATE)} AND day < ${nextMonth(DATE)}
), later_months AS (
  UPDATE account_months SET opening_available = opening_available + $2::numeric, opening_posted = opening_posted + $2::numeric
  WHERE bank_account_id = $1 AND month > ${month(DATE)}
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
  link_pending, available_in_day, posted_in_day, created_at, modified_at)
SELECT $4, $1, $2::numeric, $3, $3, $5, $6, $6, $6, false, in_day, in_day, $7, $7
FROM (SELECT coalesce((SELECT in_day FROM previous), 0) + $2::numeric AS in_day) new
RETURNING *, available_in_day + (SELECT opening + in_month FROM start) AS bank_account_available_balance,
  posted_in_day + (SELECT opening + in_month FROM start) AS bank_account_posted_balance`;

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

const INSTANT = '$6::timestamptz';
const INSERT_ENTRIES = `
WITH new AS (
  SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::numeric[]) AS n (id, budget_id, amount)
), start AS MATERIALIZED (
  SELECT n.budget_id, ${day(INSTANT)} AS day, ${month(INSTANT)} AS month, d.day IS NULL AS is_new_day, m.month IS NULL AS is_new_month,
    coalesce(m.opening_balance, p.opening_balance + p.balance_in_month + p.balance_in_day, CASE WHEN n.budget_id = $10 THEN $11::numeric ELSE 0 END) AS opening,
    coalesce(d.balance_in_month, CASE WHEN p.month = ${month(INSTANT)} THEN p.balance_in_month + p.balance_in_day END, 0) AS in_month
  FROM new n
  LEFT JOIN budget_days d ON d.budget_id = n.budget_id AND d.day = ${day(INSTANT)}
  LEFT JOIN budget_months m ON m.budget_id = n.budget_id AND m.month = ${month(INSTANT)}
  LEFT JOIN LATERAL (
    SELECT p.balance_in_day, pd.balance_in_month, pm.month, pm.opening_balance
    FROM (SELECT * FROM budget_entries e WHERE e.budget_id = n.budget_id AND d.day IS NULL AND e.instant < ${dayStart(INSTANT)}
      ORDER BY e.instant DESC, e.kind DESC, e.position DESC LIMIT 1) p
    JOIN budget_days pd ON pd.budget_id = n.budget_id AND pd.day = ${day('p.instant')}
    JOIN budget_months pm ON pm.budget_id = n.budget_id AND pm.month = ${month('p.instant')} LIMIT 1
  ) p ON true
), new_days AS (
  INSERT INTO budget_days SELECT budget_id, day, in_month FROM start WHERE is_new_day
), new_months AS (
  INSERT INTO budget_months SELECT budget_id, month, opening FROM start WHERE is_new_month
), later AS (
  UPDATE budget_entries e SET balance_in_day = e.balance_in_day + n.amount FROM new n
  WHERE (e.budget_id, e.instant, e.kind, e.position) > (n.budget_id, $6, $7::smallint, $8::bigint) AND (e.budget_id, e.instant) < (n.budget_id, ${dayEnd(INSTANT)})
), later_days AS (
  UPDATE budget_days d SET balance_in_month = d.balance_in_month + n.amount FROM new n
  WHERE (d.budget_id, d.day) > (n.budget_id, ${day(INSTANT)}) AND (d.budget_id, d.day) < (n.budget_id, ${nextMonth(INSTANT)})
), later_months AS (
  UPDATE budget_months m SET opening_balance = m.opening_balance + n.amount FROM new n
  WHERE (m.budget_id, m.month) > (n.budget_id, ${month(INSTANT)}) AND (m.budget_id, m.month) <= (n.budget_id, 'infinity')
), totals AS (
  UPDATE budgets b SET balance = b.balance + n.amount, allocation_count = b.allocation_count + $7::smallint, transfer_count = b.transfer_count + 1 - $7::smallint
  FROM new n WHERE b.id = n.budget_id
)
INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, balance_in_day, transaction_id, internal_transaction_id, category,
  created_at, modified_at)
SELECT n.id, $1, n.budget_id, $6, $7::smallint, $8::bigint, n.amount,
  n.amount + coalesce(
    (SELECT p.balance_in_day FROM budget_entries p WHERE p.budget_id = n.budget_id AND (p.instant, p.kind, p.position) < ($6, $7::smallint, $8::bigint)
       AND p.instant >= ${dayStart(INSTANT)} ORDER BY p.instant DESC, p.kind DESC, p.position DESC LIMIT 1), 0),
  CASE $7::smallint WHEN 1 THEN $9::uuid END, CASE $7::smallint WHEN 0 THEN $9::uuid END, CASE $7::smallint WHEN 1 THEN 'Uncategorized:Unassigned' END, $2, $2
FROM new n
RETURNING budget_id, balance_in_day + (SELECT s.opening + s.in_month FROM start s WHERE s.budget_id = budget_entries.budget_id) AS balance`;

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

const LATER_DAYS = (sign: '+' | '-'): string => `later_days AS (
  UPDATE budget_days d SET balance_in_month = d.balance_in_month ${sign} c.amount FROM changed c
  WHERE (d.budget_id, d.day) > (c.budget_id, ${day('c.instant')}) AND (d.budget_id, d.day) < (c.budget_id, ${nextMonth('c.instant')})
), later_months AS (
  UPDATE budget_months m SET opening_balance = m.opening_balance ${sign} c.amount FROM changed c
  WHERE (m.budget_id, m.month) > (c.budget_id, ${month('c.instant')}) AND (m.budget_id, m.month) <= (c.budget_id, 'infinity')
)`;
const LATER_ENTRIES = (operator: '>' | '>='): string => `(e.budget_id, e.instant, e.kind, e.position) ${operator} (c.budget_id, c.instant, c.kind, c.position)
  AND (e.budget_id, e.instant) < (c.budget_id, ${dayEnd('c.instant')})`;

const CHANGE_ENTRY = `
WITH changed AS (SELECT id, budget_id, instant, kind, position, $2::numeric AS amount FROM budget_entries WHERE id = $1),
total AS (UPDATE budgets b SET balance = b.balance + $2::numeric FROM changed c WHERE b.id = c.budget_id),
${LATER_DAYS('+')}
UPDATE budget_entries e SET balance_in_day = e.balance_in_day + $2::numeric,
  amount = CASE WHEN e.id = $1 THEN e.amount + $2::numeric ELSE e.amount END, modified_at = CASE WHEN e.id = $1 THEN $3 ELSE e.modified_at END
FROM changed c WHERE ${LATER_ENTRIES('>=')}`;

/** Adds to an allocation's amount. */
export async function changeEntry(rows: Rows, id: unknown, delta: unknown, now: Date): Promise<void> {
  await rows(CHANGE_ENTRY, [id, delta, now]);
}

const REMOVE_ENTRY = `
WITH changed AS (DELETE FROM budget_entries WHERE id = $1 RETURNING id, budget_id, instant, kind, position, amount),
later AS (UPDATE budget_entries e SET balance_in_day = e.balance_in_day - c.amount FROM changed c WHERE ${LATER_ENTRIES('>')}),
${LATER_DAYS('-')},
emptied_days AS (DELETE FROM budget_days d USING changed c WHERE d.budget_id = c.budget_id AND d.day = ${day('c.instant')} AND NOT EXISTS (
  SELECT FROM budget_entries e WHERE e.budget_id = c.budget_id AND e.id <> c.id AND e.instant >= ${dayStart('c.instant')} AND e.instant < ${dayEnd('c.instant')})),
emptied_months AS (DELETE FROM budget_months m USING changed c WHERE m.budget_id = c.budget_id AND m.month = ${month('c.instant')} AND NOT EXISTS (
  SELECT FROM budget_entries e WHERE e.budget_id = c.budget_id AND e.id <> c.id
    AND e.instant >= date_trunc('month', c.instant, 'UTC') AND e.instant < ${nextMonth('c.instant')}::timestamp AT TIME ZONE 'UTC'))
UPDATE budgets b SET balance = b.balance - c.amount, allocation_count = b.allocation_count - 1 FROM changed c WHERE b.id = c.budget_id`;

/** Removes an allocation. */
export async function removeEntry(rows: Rows, id: unknown): Promise<void> {
  await rows(REMOVE_ENTRY, [id]);
}
