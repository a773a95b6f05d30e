import type { Principal } from '../auth/principal.ts';
import { query } from '../db/database.ts';
import { lockBankAccount, lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import { allowLongQueries } from '../mutations/query-timeout.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import { isBankAccountVisible } from './bank-account.queries.ts';

const findLinkedAccounts = query<{ id: string }>(`
SELECT DISTINCT other.bank_account_id AS id FROM transactions t JOIN transactions other ON other.id = t.linked_transaction_id
WHERE t.bank_account_id = $1`);

const findFiles = query<{ image: string | null; document: string | null }>(
  'SELECT image, document FROM transactions WHERE bank_account_id = $1 AND (image IS NOT NULL OR document IS NOT NULL)',
);

// What refers to others goes before them, so that each foreign key finds nothing left to do. Entries are found by their
// budgets, whose chains have an index. The account takes its owners' rows and its counts along, and users forget it as
// their default.
const REMOVALS = [
  'DELETE FROM stored_files WHERE bank_account_id = $1',
  'DELETE FROM funding_events WHERE bank_account_id = $1',
  'DELETE FROM budget_entries WHERE budget_id IN (SELECT id FROM budgets WHERE bank_account_id = $1)',
  'DELETE FROM internal_transactions WHERE bank_account_id = $1',
  'DELETE FROM transactions WHERE bank_account_id = $1',
  'DELETE FROM budgets WHERE bank_account_id = $1',
  'DELETE FROM bank_accounts WHERE id = $1',
].map((text) => query<object>(text));

/**
 * Deletes a bank account and everything under it. Transactions of other accounts that are linked to its own stay,
 * unlinked.
 * @throws AppError `not_found` when the principal sees no such account
 */
export async function deleteBankAccount(tx: Tx, principal: Principal, id: string): Promise<void> {
  await lockWithLinkedAccounts(tx, principal, id);
  await allowLongQueries(tx);
  const files = await tx.rows(findFiles, [id]);
  for (const removal of REMOVALS) await tx.rows(removal, [id]);
  tx.afterCommit({ kind: 'files-released', names: files.flatMap(({ image, document }) => [image, document]).filter((name) => name !== null) });
}

/** Unlinking writes to the other accounts' transactions, so their locks are needed too, in the order of the ids. */
async function lockWithLinkedAccounts(tx: Tx, principal: Principal, id: string): Promise<void> {
  // Before a long history is read to find out what it is linked to.
  if (!(await isBankAccountVisible(tx, principal, id))) throw new AppError('not_found');
  const linked = await tx.rows(findLinkedAccounts, [id]);
  for (const accountId of [id, ...linked.map((row) => row.id)].sort()) {
    const account = accountId === id ? await lockVisibleBankAccount(tx, principal, id) : await lockBankAccount(tx, accountId);
    if (!account && accountId === id) throw new AppError('not_found');
  }
}
