import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { endAllFamilies } from '../sessions/refresh-tokens.ts';
import { requirePerson } from './find-user.ts';

const deactivate = query<object>('UPDATE users SET is_active = false, modified_at = $2 WHERE id = $1');

/**
 * Locks a user out at once: sessions end, access tokens are refused. Accounts and history stay as they are.
 * @throws AppError `not_found` for an unknown user
 */
export async function deactivateUser(tx: Tx, username: string, now: Date): Promise<void> {
  const { id: userId } = await requirePerson(tx, username);
  await tx.rows(deactivate, [userId, now]);
  await endAllFamilies(tx, userId, now);
  tx.afterCommit({ kind: 'user-changed', userId });
}
