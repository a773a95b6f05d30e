import { query } from '../db/database.ts';
import { refuse } from '../errors.ts';
import type { Tx } from '../mutations/transaction.ts';
import { hashPassword, passwordIssue } from '../security/passwords.ts';
import { endAllFamilies } from '../sessions/refresh-tokens.ts';
import { requirePerson } from './find-user.ts';

const storePassword = query<object>('UPDATE users SET password_hash = $2, modified_at = $3 WHERE id = $1');

/** Whose password changes to what. */
export interface NewPassword {
  username: string;
  password: string;
}

/**
 * Gives a user another password and ends their sessions: whoever had the old one has to log in again. Access tokens
 * that are out live on until they expire, an hour at most.
 * @throws AppError `not_found` for an unknown user, InvalidInput for a weak password
 */
export async function setPassword(tx: Tx, { username, password }: NewPassword, now: Date): Promise<void> {
  const { id: userId } = await requirePerson(tx, username);
  refuse([passwordIssue('password', password, username)]);
  await tx.rows(storePassword, [userId, await hashPassword(password), now]);
  await endAllFamilies(tx, userId, now);
}
