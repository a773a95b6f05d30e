import { query } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError } from '../errors.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { requirePerson } from '../users/find-user.ts';
import { readAccountNumber, requireFreeAccountNumber } from './account-number.ts';

/** Usernames to add to a bank account's owners, and to take away. */
export interface OwnerChanges {
  bankAccount: string;
  add?: string | undefined;
  remove?: string | undefined;
}

const findOwners = query<{ username: string }>(`SELECT u.username FROM bank_account_owners o JOIN users u ON u.id = o.user_id
  WHERE o.bank_account_id = $1 ORDER BY o.sequence`);
const findNumber = query<{ id: string; bank_id: string; account_number_encrypted: string | null }>(
  'SELECT id, bank_id, account_number_encrypted FROM bank_accounts WHERE id = $1',
);
const insertOwner = query<object>(`INSERT INTO bank_account_owners (bank_account_id, user_id, created_at) VALUES ($1, $2, $3)
  ON CONFLICT (bank_account_id, user_id) DO NOTHING RETURNING user_id`);
const deleteOwner = query<object>('DELETE FROM bank_account_owners WHERE bank_account_id = $1 AND user_id = $2 RETURNING user_id');
// A statement of its own, after the deletion: a user who made the account the default meanwhile is seen by now.
const clearDefault = query<object>(
  'UPDATE users SET default_bank_account_id = NULL, modified_at = $3 WHERE id = $2 AND default_bank_account_id = $1',
);

/**
 * Adds an owner to a bank account, or takes one away, or first the one and then the other, all or nothing. Without
 * changes it only reads. An owner who is there already stays.
 * @returns the owners' usernames afterwards, by standing
 * @throws AppError `not_found` for an unknown account or user, `invalid` when nobody would be left; InvalidInput when
 *   the new owner has another account with the same number at the bank
 */
export async function changeOwners(tx: Tx, { bankAccount, add, remove }: OwnerChanges, now: Date, encryption: FieldEncryption): Promise<string[]> {
  const added = add === undefined ? undefined : await requirePerson(tx, add);
  const removed = remove === undefined ? undefined : await requirePerson(tx, remove);
  if (!(await lockBankAccount(tx, bankAccount))) throw new AppError('not_found', { detail: `There is no bank account ${bankAccount}.` });
  if (added) await addOwner(tx, bankAccount, added.id, encryption, now);
  if (removed) await removeOwner(tx, bankAccount, removed, now);
  const owners = (await tx.rows(findOwners, [bankAccount])).map(({ username }) => username);
  if (owners.length === 0) throw new AppError('invalid', { detail: 'The last owner stays: add another one first, or in the same command.' });
  return owners;
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
