import { query } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import { linkTransactions, type LinkingServices } from './link-transactions.ts';

/** Bounds how long the account stays locked at a time. */
const BATCH_TRANSACTIONS = 10_000;

const findAccount = query<{ id: string }>('SELECT id FROM bank_accounts WHERE id = $1');
const findAccounts = query<{ id: string }>('SELECT id FROM bank_accounts ORDER BY id');
const markQuery = query<{ id: string }>(`
UPDATE transactions SET link_pending = true WHERE id IN (
  SELECT id FROM transactions WHERE bank_account_id = $1 AND linked_transaction_id IS NULL AND NOT link_pending LIMIT ${BATCH_TRANSACTIONS}
) RETURNING id`);

/**
 * Searches counterparts for all unlinked transactions again, old ones too: after an account was renamed or got an
 * alias or a number. What it has marked stays to be searched even if it ends half-way.
 * @param bankAccountId undefined: all accounts
 * @returns for each account searched, how many pairs were linked
 */
export async function relink(services: LinkingServices, bankAccountId?: string): Promise<{ account: string; linked: number }[]> {
  const accounts = bankAccountId === undefined ? await services.db.rows(findAccounts) : await services.db.rows(findAccount, [bankAccountId]);
  for (const { id } of accounts) await markUnlinked(services, id);
  const results: { account: string; linked: number }[] = [];
  for (const { id } of accounts) results.push({ account: id, linked: await linkTransactions(services, id) });
  return results;
}

async function markUnlinked({ mutations }: LinkingServices, bankAccountId: string): Promise<void> {
  for (;;) {
    const marked = await mutations.run(async (tx) => {
      if (!(await lockBankAccount(tx, bankAccountId))) return [];
      return tx.rows(markQuery, [bankAccountId]);
    });
    if (marked.length < BATCH_TRANSACTIONS) return;
  }
}
