import type { Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import type { Tx } from '../db/transaction.ts';
import { AppError, FieldError } from '../errors.ts';
import type { UserProfile } from './user.presenter.ts';
import type { UserChanges } from './user.schemas.ts';

// Ownership changes under the account's lock, which this one excludes: whoever takes the ownership away sees the default.
const lockAccount = statement<object>('SELECT FROM bank_accounts WHERE id = $1 FOR KEY SHARE');
const findOwnership = statement<object>('SELECT FROM bank_account_owners WHERE bank_account_id = $1 AND user_id = $2');

const update = statement<UserProfile>(`UPDATE users SET name = coalesce($2, name), timezone = coalesce($3, timezone),
  default_bank_account_id = CASE WHEN $4 THEN $5::uuid ELSE default_bank_account_id END, modified_at = $6
  WHERE id = $1 RETURNING id, username, name, default_bank_account_id AS "defaultBankAccountId", timezone`);

/**
 * Changes a user's profile. Fields that are absent stay as they are.
 * @returns the profile afterwards
 * @throws FieldError when the default bank account is not one that this user owns, whoever asks
 */
export async function updateUser(tx: Tx, userId: number, changes: UserChanges, clock: Clock): Promise<UserProfile> {
  const { name, timezone, default_bank_account: bankAccountId } = changes;
  if (typeof bankAccountId === 'string') {
    await tx.rows(lockAccount, [bankAccountId]);
    if (!(await tx.row(findOwnership, [bankAccountId, userId]))) throw FieldError.doesNotExist('default_bank_account', bankAccountId);
  }
  const parameters = [userId, name ?? null, timezone ?? null, bankAccountId !== undefined, bankAccountId ?? null, clock.now()];
  const profile = await tx.row(update, parameters);
  if (!profile) throw new AppError('not_found');
  return profile;
}
