import { query, type Queryable } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { hasAtMostCharacters } from '../measured-text.ts';
import { FUNDING_SYSTEM, MAXIMUM_USERNAME_CHARACTERS } from '../security/usernames.ts';

/** What is known of a person. */
export interface Person {
  id: number;
  username: string;
  name: string;
  defaultBankAccountId: string | null;
  timezone: string;
}

const findByUsername = query<Person>(
  'SELECT id, username, name, default_bank_account_id AS "defaultBankAccountId", timezone FROM users WHERE username = $1',
);

/**
 * Finds a person by username, whether active or not.
 * @returns null when there is none; `funding-system` is no person
 */
export async function findPerson(db: Queryable, username: string): Promise<Person | null> {
  if (!hasAtMostCharacters(username, MAXIMUM_USERNAME_CHARACTERS)) return null;
  // Text with NUL is nobody's name, and Postgres refuses to look for it.
  if (username === FUNDING_SYSTEM || username.includes('\0')) return null;
  return (await db.row(findByUsername, [username])) ?? null;
}

/**
 * Finds a person whom a command names.
 * @throws AppError `not_found` when there is none
 */
export async function requirePerson(db: Queryable, username: string): Promise<Person> {
  const person = await findPerson(db, username);
  if (!person) throw new AppError('not_found', { detail: `There is no user "${username}".` });
  return person;
}
