import { query, type Database } from '../db/database.ts';
import { BEFORE_ALL_IDS } from '../ledger/bank-account-ids.ts';
import { lockBankAccount, lockIdleBankAccounts, lockTwoBankAccounts } from '../ledger/lock-bank-account.ts';
import type { Mutations } from '../mutations/mutate.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { findMatches, findSearched, SEARCHED_COLUMNS, searchedTransaction, type SearchedRow } from './find-matches.ts';
import type { Match, SearchedTransaction } from './search-windows.ts';

/** Transactions that are searched at a time: bounds memory, and how long accounts stay locked. */
export const BATCH_TRANSACTIONS = 250;

const PENDING_ROWS = `SELECT t.sequence, ${SEARCHED_COLUMNS} FROM transactions t WHERE t.link_pending`;
const findPending = query<PendingRow>(`
${PENDING_ROWS} AND (t.bank_account_id, t.sequence) > ($1, $2) AND t.bank_account_id <> ALL($3::uuid[])
ORDER BY t.bank_account_id, t.sequence LIMIT ${BATCH_TRANSACTIONS}`);
const findPendingOfAccount = query<PendingRow>(`
${PENDING_ROWS} AND t.bank_account_id = $1 AND t.sequence > $2 ORDER BY t.sequence LIMIT ${BATCH_TRANSACTIONS}`);

const linkQuery = query<object>(`
UPDATE transactions t SET linked_transaction_id = p.other_id, link_pending = false, modified_at = $3
FROM unnest($1::uuid[], $2::uuid[]) AS p (id, other_id) WHERE t.id = p.id`);
const searchedQuery = query<object>(
  'UPDATE transactions SET link_pending = false WHERE id = ANY($1::uuid[]) AND bank_account_id = ANY($2::uuid[]) AND link_pending',
);

interface PendingRow extends SearchedRow {
  sequence: string;
}

/** A place in the order of what is to be searched: by account, then as created. */
export interface PendingPlace {
  accountId: string;
  sequence: string;
}

export const BEFORE_ALL_PENDING: PendingPlace = { accountId: BEFORE_ALL_IDS, sequence: '0' };

/** Transactions that are to be searched, and where the next ones begin; none when there are no more. */
export interface PendingBatch {
  transactions: SearchedTransaction[];
  last: PendingPlace;
}

export interface LinkingServices {
  db: Database;
  encryption: FieldEncryption;
  mutations: Mutations;
}

/**
 * Searches the counterparts of an account's new transactions on the other accounts of its owners, and links the pairs
 * of which each is the other's only match. Running it twice, or beside itself, changes nothing: what is to be searched
 * stands in the transactions, and pairs are checked again under the locks of both accounts.
 * @returns how many pairs were linked
 */
export async function linkTransactions(services: LinkingServices, bankAccountId: string): Promise<number> {
  let linked = 0;
  for (let after = BEFORE_ALL_PENDING.sequence; ; ) {
    const batch = batchOf(await services.db.rows(findPendingOfAccount, [bankAccountId, after]));
    if (!batch) return linked;
    linked += await linkBatch(services, batch.transactions);
    after = batch.last.sequence;
  }
}

/**
 * Reads the next transactions that are to be searched, whatever their account.
 * @param exceptAccounts ids of accounts that are passed over
 * @returns undefined when there are no more
 */
export async function nextPendingBatch(db: Database, after: PendingPlace, exceptAccounts: readonly string[]): Promise<PendingBatch | undefined> {
  return batchOf(await db.rows(findPending, [after.accountId, after.sequence, exceptAccounts]));
}

function batchOf(rows: readonly PendingRow[]): PendingBatch | undefined {
  const last = rows.at(-1);
  return last && { transactions: rows.map(searchedTransaction), last: { accountId: last.bank_account_id, sequence: last.sequence } };
}

/**
 * Searches the counterparts of some transactions, links them, and notes that these have been searched.
 * @returns how many pairs were linked
 */
export async function linkBatch(services: LinkingServices, transactions: readonly SearchedTransaction[]): Promise<number> {
  // Without locks first: most transactions have no counterpart, and need none.
  const matches = await findMatches(services.db, services.encryption, transactions);
  let linked = 0;
  for (const between of Map.groupBy(matches, ({ transaction, mirror }) => [transaction.accountId, mirror.accountId].sort().join(' ')).values()) {
    linked += await linkPairs(services, between);
  }
  await markSearched(services, transactions);
  return linked;
}

/** Links those pairs between two accounts that are still each other's only match under the accounts' locks. */
async function linkPairs({ mutations, encryption }: LinkingServices, pairs: readonly Match[]): Promise<number> {
  const [first] = pairs;
  if (!first) return 0;
  const mirrorIds = new Map(pairs.map(({ transaction, mirror }) => [transaction.id, mirror.id]));
  return mutations.run(async (tx, now) => {
    await lockTwoBankAccounts(tx, first.transaction.accountId, first.mirror.accountId);
    const matches = await findMatches(tx, encryption, await findSearched(tx, [...mirrorIds.keys()]));
    // Anything else that matches now came meanwhile; its own search will find it.
    const links = matches.filter(({ transaction, mirror }) => mirrorIds.get(transaction.id) === mirror.id);
    if (links.length === 0) return 0;
    const ids = links.map(({ transaction }) => transaction.id);
    const others = links.map(({ mirror }) => mirror.id);
    await tx.rows(linkQuery, [ids.concat(others), others.concat(ids), now]);
    return links.length;
  });
}

/** Notes under the accounts' locks that transactions were searched: at once where nobody holds the lock, then one by one. */
async function markSearched({ mutations }: LinkingServices, transactions: readonly SearchedTransaction[]): Promise<void> {
  const ids = transactions.map(({ id }) => id);
  const accounts = new Set(transactions.map(({ accountId }) => accountId));
  if (accounts.size > 1) {
    const marked = await mutations.run(async (tx) => {
      const idle = await lockIdleBankAccounts(tx, [...accounts]);
      await tx.rows(searchedQuery, [ids, idle]);
      return idle;
    });
    for (const account of marked) accounts.delete(account);
  }
  for (const account of accounts) {
    await mutations.run(async (tx) => {
      if (await lockBankAccount(tx, account)) await tx.rows(searchedQuery, [ids, [account]]);
    });
  }
}
