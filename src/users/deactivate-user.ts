import { endAllFamilies } from '../sessions/refresh-tokens.ts';
import type { Clock } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { inTransaction } from '../mutations/transaction.ts';
import { requirePerson } from './find-user.ts';

const deactivate = statement<object>('UPDATE users SET is_active = false, modified_at = $2 WHERE id = $1');

/**
 * Locks a user out at once: sessions end, access tokens are refused. Accounts and history stay as they are.
 * @throws AppError `not_found` for an unknown user
 */
export async function deactivateUser(db: Database, username: string, clock: Clock): Promise<void> {
  const person = await requirePerson(db, username);
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    await tx.rows(deactivate, [person.id, now]);
    await endAllFamilies(tx, person.id, now);
  });
}
