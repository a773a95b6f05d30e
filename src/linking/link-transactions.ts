import type { Clock } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { lockBankAccount, lockTwoBankAccounts } from '../ledger/lock-bank-account.ts';
import { inTransaction } from '../db/transaction.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { findMatches, type Match } from './find-matches.ts';
import { linkableAccounts, type LinkableAccounts } from './linkable-accounts.ts';

/** Transactions that are searched at a time: bounds how long the accounts stay locked. */
const BATCH_TRANSACTIONS = 1_000;

const findPending = statement<{ id: string; sequence: string }>(
  'SELECT id, sequence FROM transactions WHERE bank_account_id = $1 AND link_pending AND sequence > $2 ORDER BY sequence LIMIT $3',
);
const linkStatement = statement<{ id: string }>(`
UPDATE transactions t SET linked_transaction_id = p.other_id, link_pending = false, modified_at = $3
FROM unnest($1::uuid[], $2::uuid[]) AS p (id, other_id) WHERE t.id = p.id RETURNING t.id`);
const searchedStatement = statement<object>('UPDATE transactions SET link_pending = false WHERE id = ANY($1::uuid[]) AND link_pending');

export interface LinkingServices {
  db: Database;
  encryption: FieldEncryption;
  clock: Clock;
}

/**
 * Searches the mirror images of an account's new transactions on the other accounts of its owners, and links the pairs
 * of which each is the other's only match. Running it twice, or beside itself, changes nothing: what is to be searched
 * stands in the transactions, and pairs are checked again under the locks of both accounts.
 * @returns how many pairs were linked
 */
export async function linkTransactions(services: LinkingServices, bankAccountId: string): Promise<number> {
  const { db, encryption } = services;
  const accounts = await linkableAccounts(db, encryption, bankAccountId);
  let linked = 0;
  for (let after = '0'; ; ) {
    const pending = await db.rows(findPending, [bankAccountId, after, BATCH_TRANSACTIONS]);
    const last = pending.at(-1);
    if (!last) return linked;
    const ids = pending.map((row) => row.id);
    // Without locks first: most transactions have no mirror image, and need none.
    const matches = await findMatches(db, ids, accounts);
    for (const [partnerId, pairs] of Map.groupBy(matches, (match) => match.matchAccountId)) {
      linked += await linkPairs(services, bankAccountId, partnerId, pairs, accounts);
    }
    await inTransaction(db, async (tx) => {
      if (await lockBankAccount(tx, bankAccountId)) await tx.rows(searchedStatement, [ids]);
    });
    after = last.sequence;
  }
}

/** Links those pairs between two accounts that are still each other's only match under the accounts' locks. */
async function linkPairs(
  { db, clock }: LinkingServices,
  bankAccountId: string,
  partnerId: string,
  pairs: readonly Match[],
  accounts: LinkableAccounts,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    await lockTwoBankAccounts(tx, bankAccountId, partnerId);
    const matches = await findMatches(tx, pairs.map((pair) => pair.transactionId), accounts);
    // Anything else that matches now lies in an account that is not locked here; its own search will find it.
    const links = matches.filter((match) => match.matchAccountId === partnerId);
    if (links.length === 0) return 0;
    const ids = links.map((link) => link.transactionId);
    const matchIds = links.map((link) => link.matchId);
    await tx.rows(linkStatement, [ids.concat(matchIds), matchIds.concat(ids), clock.now()]);
    return links.length;
  });
}
