import { setImmediate as nextTurn } from 'node:timers/promises';

import type { InstantText } from '../dates.ts';
import { query, type Queryable } from '../db/database.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { AccountMentions } from './account-mentions.ts';
import { loadAccountNames } from './load-account-names.ts';
import { onlyMatches, searchWindows, type LinkableTransaction, type Match, type SearchedTransaction, type SearchWindow } from './search-windows.ts';

/**
 * So many candidates are read at a time. A transaction is not linked while its owners have more unlinked ones with the opposite
 * amount in its reach: they could not be told apart in bounded time.
 */
export const MAXIMUM_CANDIDATES = 2_000;
/** Descriptions that are read in one turn of the event loop. */
export const TEXTS_PER_TURN = 50;

const CANDIDATE_COLUMNS = `t.id, t.bank_account_id, t.amount, t.transaction_date, t.raw_description || E'\\n' || t.description AS text`;

/** The columns of a transaction `t` whose counterpart is looked for. */
export const SEARCHED_COLUMNS = `${CANDIDATE_COLUMNS}, (
  SELECT a.currency || ' ' || array_to_string(ARRAY(SELECT o.user_id FROM bank_account_owners o WHERE o.bank_account_id = a.id ORDER BY o.user_id), ' ')
  FROM bank_accounts a WHERE a.id = t.bank_account_id) AS scope`;

interface CandidateRow {
  id: string;
  bank_account_id: string;
  amount: string;
  transaction_date: InstantText;
  text: string;
}

export interface SearchedRow extends CandidateRow {
  scope: string;
}

// The LIMIT makes Postgres look up one transaction after the other by its id, where it might scan all that are unlinked.
const findUnlinked = query<SearchedRow>(`
SELECT ${SEARCHED_COLUMNS} FROM unnest($1::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM transactions WHERE transactions.id = wanted.id AND linked_transaction_id IS NULL LIMIT 1) t`);

// $1–$4 are the windows, each with an account of its scope. The accounts of a scope are listed once; the index on the
// mirrored amount then finds the candidates among them, whatever their number. Accounts are compared as text, as in that
// index, so that the planner takes no other.
const findCandidates = query<CandidateRow & { place: number }>(`
WITH near AS MATERIALIZED (
  SELECT a.id, ARRAY(
    SELECT DISTINCT b.id::text COLLATE "C" AS account FROM bank_account_owners mine JOIN bank_account_owners o ON o.user_id = mine.user_id
    JOIN bank_accounts b ON b.id = o.bank_account_id AND b.currency = a.currency
    WHERE mine.bank_account_id = a.id ORDER BY account
  ) AS accounts
  FROM bank_accounts a WHERE a.id = ANY($1::uuid[])
)
SELECT w.place::int - 1 AS place, ${CANDIDATE_COLUMNS}
FROM unnest($1::uuid[], $2::numeric[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS w (account_id, amount, earliest, latest, place)
JOIN near ON near.id = w.account_id
CROSS JOIN LATERAL (
  SELECT * FROM transactions u
  WHERE -u.amount = w.amount AND (u.bank_account_id::text COLLATE "C") = ANY(near.accounts) AND u.transaction_date BETWEEN w.earliest AND w.latest
    AND u.linked_transaction_id IS NULL
  LIMIT ${MAXIMUM_CANDIDATES + 1}
) t
LIMIT ${MAXIMUM_CANDIDATES + 1}`);

function linkableTransaction(row: CandidateRow): LinkableTransaction {
  return { id: row.id, accountId: row.bank_account_id, amount: row.amount, milliseconds: Date.parse(row.transaction_date), text: row.text };
}

export function searchedTransaction(row: SearchedRow): SearchedTransaction {
  return { ...linkableTransaction(row), scope: row.scope };
}

/** @returns those of some transactions that are still there and not linked */
export async function findSearched(db: Queryable, ids: readonly string[]): Promise<SearchedTransaction[]> {
  return (await db.rows(findUnlinked, [ids])).map(searchedTransaction);
}

/**
 * Finds the counterparts of transactions: the opposite amount, at most 3 days apart, both
 * unlinked, on accounts that share an owner and the currency, and the description of either points at the other's account.
 * @returns pairs of which each is the other's only match; a pair of two of these transactions once
 */
export async function findMatches(db: Queryable, encryption: FieldEncryption, transactions: readonly SearchedTransaction[]): Promise<Match[]> {
  const forward = await findOnlyMatches(db, encryption, transactions);
  if (forward.length === 0) return [];
  const mirrors = await findSearched(db, [...new Set(forward.map(({ mirror }) => mirror.id))]);
  const backward = new Map((await findOnlyMatches(db, encryption, mirrors)).map(({ transaction, mirror }) => [transaction.id, mirror.id]));
  const mutual = forward.filter(({ transaction, mirror }) => backward.get(mirror.id) === transaction.id);
  return [...new Map(mutual.map((match) => [[match.transaction.id, match.mirror.id].sort().join(' '), match])).values()];
}

/** @returns those transactions that have exactly one match, with it, whether or not it has others */
async function findOnlyMatches(db: Queryable, encryption: FieldEncryption, transactions: readonly SearchedTransaction[]): Promise<Match[]> {
  if (transactions.length === 0) return [];
  const windows = searchWindows(transactions);
  const accountOfScope = new Map(transactions.map(({ scope, accountId }) => [scope, accountId]));
  const rows = await db.rows(findCandidates, [
    windows.map(({ scope }) => accountOfScope.get(scope)),
    windows.map(({ amount }) => amount),
    windows.map(({ from }) => new Date(from)),
    windows.map(({ to }) => new Date(to)),
  ]);
  if (rows.length > MAXIMUM_CANDIDATES) return findInHalves(db, encryption, windows);
  if (rows.length === 0) return [];
  const candidates = Map.groupBy(rows, ({ place }) => place);
  const met = windows.flatMap((window, place) => {
    const found = candidates.get(place);
    return found ? [{ window, candidates: found.map(linkableTransaction) }] : [];
  });
  const involved = met.flatMap((meeting) => [...meeting.window.transactions, ...meeting.candidates]);
  const mentions = await readMentions(db, encryption, involved);
  return met.flatMap((meeting) => onlyMatches(meeting.window, meeting.candidates, mentions));
}

/** Too many candidates at once: fewer transactions have fewer. */
async function findInHalves(db: Queryable, encryption: FieldEncryption, windows: readonly SearchWindow[]): Promise<Match[]> {
  const transactions = windows.flatMap((window) => window.transactions);
  if (transactions.length === 1) return [];
  const middle = transactions.length >> 1;
  return [
    ...(await findOnlyMatches(db, encryption, transactions.slice(0, middle))),
    ...(await findOnlyMatches(db, encryption, transactions.slice(middle))),
  ];
}

/** @returns by the ids of transactions, which of all their accounts their descriptions point at */
async function readMentions(
  db: Queryable,
  encryption: FieldEncryption,
  transactions: readonly LinkableTransaction[],
): Promise<Map<string, ReadonlySet<string>>> {
  const names = await loadAccountNames(db, encryption, [...new Set(transactions.map(({ accountId }) => accountId))]);
  const accounts = new AccountMentions(names);
  const texts = new Map(transactions.map(({ id, text }) => [id, text]));
  const mentions = new Map<string, ReadonlySet<string>>();
  for (const [id, text] of texts) {
    mentions.set(id, accounts.mentionedIn(text));
    if (mentions.size % TEXTS_PER_TURN === 0) await nextTurn();
  }
  return mentions;
}
