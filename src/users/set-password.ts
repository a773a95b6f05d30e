import { endAllFamilies } from '../sessions/refresh-tokens.ts';
import type { Clock } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { inTransaction } from '../mutations/transaction.ts';
import { FieldError } from '../errors.ts';
import { hashPassword, passwordProblem } from '../security/passwords.ts';
import { requirePerson } from './find-user.ts';

const storePassword = statement<object>('UPDATE users SET password_hash = $2, modified_at = $3 WHERE id = $1');

/**
 * Gives a user another password and ends their sessions: whoever had the old one has to log in again. Access tokens
 * that are out live on until they expire, an hour at most.
 * @throws AppError `not_found` for an unknown user, FieldError for a weak password
 */
export async function setPassword(db: Database, username: string, password: string, clock: Clock): Promise<void> {
  const person = await requirePerson(db, username);
  const problem = passwordProblem(password, username);
  if (problem !== undefined) throw FieldError.of('password', problem);
  const hash = await hashPassword(password);
  await inTransaction(db, async (tx) => {
    const now = clock.now();
    await tx.rows(storePassword, [person.id, hash, now]);
    await endAllFamilies(tx, person.id, now);
  });
}
