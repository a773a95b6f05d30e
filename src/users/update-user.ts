import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError, InvalidInput, issueOf } from '../errors.ts';
import type { UserProfile } from './user.queries.ts';

// Ownership changes under the account's lock, which this one excludes: whoever takes the ownership away sees the default.
// It is asked for by owners only, so that nobody waits for the writers of a stranger's account; and, because it may have
// changed while waiting, ownership is looked up once more under the lock.
const lockAccount = query<object>(`SELECT FROM bank_accounts a WHERE a.id = $1
  AND EXISTS (SELECT FROM bank_account_owners o WHERE o.bank_account_id = a.id AND o.user_id = $2) FOR KEY SHARE OF a`);
const findOwnership = query<object>('SELECT FROM bank_account_owners WHERE bank_account_id = $1 AND user_id = $2');

const update = query<UserProfile>(`UPDATE users SET name = coalesce($2, name), timezone = coalesce($3, timezone),
  default_bank_account_id = CASE WHEN $4 THEN $5::uuid ELSE default_bank_account_id END, modified_at = $6
  WHERE id = $1 RETURNING id, username, name, default_bank_account_id AS "defaultBankAccountId", timezone`);

/** What is to change of whose profile; what is undefined stays. */
export interface UserUpdate {
  userId: number;
  name?: string | undefined;
  timezone?: string | undefined;
  /** Null: none. */
  defaultBankAccount?: string | null | undefined;
}

/**
 * Changes a user's profile. Fields that are absent stay as they are.
 * @returns the profile afterwards
 * @throws InvalidInput when the default bank account is not one that this user owns, whoever asks
 */
export async function updateUser(tx: Tx, { userId, name, timezone, defaultBankAccount: bankAccountId }: UserUpdate, now: Date): Promise<UserProfile> {
  if (typeof bankAccountId === 'string') {
    const isOwner = (await tx.row(lockAccount, [bankAccountId, userId])) !== undefined && (await tx.row(findOwnership, [bankAccountId, userId])) !== undefined;
    if (!isOwner) throw new InvalidInput([issueOf('defaultBankAccount', 'does_not_exist', { id: bankAccountId })]);
  }
  const parameters = [userId, name ?? null, timezone ?? null, bankAccountId !== undefined, bankAccountId ?? null, now];
  const profile = await tx.row(update, parameters);
  if (!profile) throw new AppError('not_found');
  tx.afterCommit({ kind: 'user-changed', userId });
  return profile;
}
