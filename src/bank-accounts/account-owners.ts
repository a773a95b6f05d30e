import type { Clock } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import { inTransaction, type Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { requirePerson } from '../users/find-user.ts';
import { readAccountNumber, requireFreeAccountNumber } from './account-number.ts';

/** Usernames to add to an account's owners, and to take away. */
export interface OwnerChanges {
  add?: string | undefined;
  remove?: string | undefined;
}

const findOwners = statement<{ username: string }>(`SELECT u.username FROM bank_account_owners o JOIN users u ON u.id = o.user_id
  WHERE o.bank_account_id = $1 ORDER BY o.sequence`);
const findNumber = statement<{ id: string; bank_id: string; account_number_encrypted: string | null }>(
  'SELECT id, bank_id, account_number_encrypted FROM bank_accounts WHERE id = $1',
);
const insertOwner = statement<object>(`INSERT INTO bank_account_owners (bank_account_id, user_id, created_at) VALUES ($1, $2, $3)
  ON CONFLICT (bank_account_id, user_id) DO NOTHING RETURNING user_id`);
const deleteOwner = statement<object>('DELETE FROM bank_account_owners WHERE bank_account_id = $1 AND user_id = $2 RETURNING user_id');
// A statement of its own, after the deletion: a user who made the account the default meanwhile is seen by now.
const clearDefault = statement<object>(
  'UPDATE users SET default_bank_account_id = NULL, modified_at = $3 WHERE id = $2 AND default_bank_account_id = $1',
);

/**
 * Adds an owner to a bank account, or takes one away, or first the one and then the other, all or nothing. Without
 * changes it only reads. An owner who is there already stays.
 * @returns the owners' usernames afterwards, by standing
 * @throws AppError `not_found` for an unknown account or user, `invalid` when nobody would be left; FieldError when
 *   the new owner has another account with the same number at the bank
 */
export async function changeOwners(
  db: Database,
  bankAccountId: string,
  changes: OwnerChanges,
  { clock, encryption }: { clock: Clock; encryption: FieldEncryption },
): Promise<string[]> {
  const added = changes.add === undefined ? undefined : await requirePerson(db, changes.add);
  const removed = changes.remove === undefined ? undefined : await requirePerson(db, changes.remove);
  return inTransaction(db, async (tx) => {
    if (!(await lockBankAccount(tx, bankAccountId))) throw new AppError('not_found', { detail: `There is no bank account ${bankAccountId}.` });
    const now = clock.now();
    if (added) await addOwner(tx, bankAccountId, added.id, encryption, now);
    if (removed) await removeOwner(tx, bankAccountId, removed, now);
    const owners = (await tx.rows(findOwners, [bankAccountId])).map(({ username }) => username);
    if (owners.length === 0) throw new AppError('invalid', { detail: 'The last owner stays: add another one first, or in the same command.' });
    return owners;
  });
}

async function addOwner(tx: Tx, bankAccountId: string, userId: number, encryption: FieldEncryption, now: Date): Promise<void> {
  const account = await tx.row(findNumber, [bankAccountId]);
  const accountNumber = account ? readAccountNumber(account, encryption) : null;
  if (account && accountNumber !== null) {
    await requireFreeAccountNumber(tx, accountNumber, { bankId: account.bank_id, ownerIds: [userId], bankAccountId }, encryption);
  }
  await tx.rows(insertOwner, [bankAccountId, userId, now]);
}

async function removeOwner(tx: Tx, bankAccountId: string, user: { id: number; username: string }, now: Date): Promise<void> {
  if (!(await tx.row(deleteOwner, [bankAccountId, user.id]))) {
    throw new AppError('not_found', { detail: `"${user.username}" does not own this account.` });
  }
  await tx.rows(clearDefault, [bankAccountId, user.id, now]);
}
