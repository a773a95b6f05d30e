import { removeAllocations } from '../allocations/allocation-entries.ts';
import { isVisibleSql, ownershipParameters } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { query } from '../db/database.ts';
import { lockBankAccount, lockVisibleBankAccountOf, type LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { drainArchivedBudgets } from '../budgets/drain-archived-budgets.ts';
import { forgetFiles } from '../files/stored-files.ts';
import { removeTransaction } from './transaction-entries.ts';

const findEntries = query<{ id: string; budget_id: string }>('SELECT id, budget_id FROM budget_entries WHERE transaction_id = $1');
const findFiles = query<{ image: string | null; document: string | null }>('SELECT image, document FROM transactions WHERE id = $1');
const unlinkQuery = query<object>('UPDATE transactions SET linked_transaction_id = NULL, modified_at = $2 WHERE linked_transaction_id = $1');

/**
 * Deletes a transaction and reverses everything it did: its allocations leave their budgets' chains, it leaves the
 * account's chain, and what was linked to it is unlinked.
 * @throws AppError `not_found` when the principal sees no such transaction
 */
export async function deleteTransaction(tx: Tx, principal: Principal, id: string, now: Date): Promise<void> {
  const account = await lockAccounts(tx, principal, id);
  const files = account && (await tx.row(findFiles, [id]));
  if (!files) throw new AppError('not_found');
  const entries = (await tx.rows(findEntries, [id])).map((entry) => ({ id: entry.id, ownerId: entry.budget_id }));
  await removeAllocations(tx, account, entries);
  await tx.rows(unlinkQuery, [id, now]);
  await removeTransaction(tx, account, [{ id, ownerId: account.id }]);
  await drainArchivedBudgets(tx, account, entries.map((entry) => entry.ownerId), principal.userId, now);
  const names = [files.image, files.document].filter((name) => name !== null);
  await forgetFiles(tx, names);
  tx.afterCommit({ kind: 'files-released', names });
}

const findLink = query<{ own: string; other: string }>(`
SELECT t.bank_account_id AS own, u.bank_account_id AS other FROM transactions t JOIN transactions u ON u.id = t.linked_transaction_id
WHERE t.id = $1 AND ${isVisibleSql('t.bank_account_id', 2)}`);

/**
 * Locks the account of a transaction, and that of the transaction it is linked to, whose row changes too: in the order
 * of their ids, as everyone who locks two does. A link that is made meanwhile is cut without the other lock; should two
 * deletions then wait for each other, Postgres ends one of them and it runs again.
 */
async function lockAccounts(tx: Tx, principal: Principal, id: string): Promise<LockedBankAccount | undefined> {
  const link = await tx.row(findLink, [id, ...ownershipParameters(principal)]);
  if (link && link.other < link.own) await lockBankAccount(tx, link.other);
  const account = await lockVisibleBankAccountOf(tx, principal, 'transactions', id);
  if (link && link.other > link.own) await lockBankAccount(tx, link.other);
  return account;
}
