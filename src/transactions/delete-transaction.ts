import { removeEntries } from '../balances/running-budget-balances.ts';
import { removeFromAccountChain } from '../balances/running-account-balances.ts';
import { statement } from '../db/database.ts';
import { lockBankAccountOf } from '../db/locks.ts';
import type { Tx } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import { drainArchivedBudgets } from '../budgets/drain-archived-budgets.ts';
import type { Clock } from '../dates.ts';

const findEntries = statement<{ id: string; budget_id: string }>('SELECT id, budget_id FROM budget_entries WHERE transaction_id = $1');
const findFiles = statement<{ image: string | null; document: string | null }>('SELECT image, document FROM transactions WHERE id = $1');

/**
 * Deletes a transaction and reverses everything it did: its allocations leave their budgets' chains, it leaves the
 * account's chain, and what was linked to it is unlinked (the foreign key does that).
 * @returns the names of its stored files, to be removed after the commit
 * @throws AppError `not_found` when the user owns no such transaction
 */
export async function deleteTransaction(tx: Tx, id: string, userId: number, clock: Clock): Promise<string[]> {
  const account = await lockBankAccountOf(tx, 'transactions', id, userId);
  const files = account && (await tx.row(findFiles, [id]));
  if (!account || !files) throw new AppError('not_found');
  const entries = (await tx.rows(findEntries, [id])).map((entry) => ({ id: entry.id, budgetId: entry.budget_id }));
  await removeEntries(tx, account, entries);
  await removeFromAccountChain(tx, account, id);
  await drainArchivedBudgets(tx, account, entries.map((entry) => entry.budgetId), userId, clock);
  return [files.image, files.document].filter((name) => name !== null);
}
