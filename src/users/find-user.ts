import type { Database } from '../db/database.ts';
import type { User } from '../db/generated/client.ts';
import { AppError } from '../errors.ts';
import { hasAtMostCharacters } from '../measured-text.ts';
import { MAXIMUM_USERNAME_CHARACTERS } from '../security/usernames.ts';

/** The actor of what the funding engine does: nobody's profile, and no one's to change. */
export const FUNDING_SYSTEM = 'funding-system';

/**
 * Finds a person by username, whether active or not.
 * @returns null when there is none; `funding-system` is no person
 */
export async function findPerson(db: Database, username: string): Promise<User | null> {
  if (!hasAtMostCharacters(username, MAXIMUM_USERNAME_CHARACTERS)) return null;
  // Text with NUL is nobody's name, and Postgres refuses to look for it.
  if (username === FUNDING_SYSTEM || username.includes('\0')) return null;
  return db.prisma.user.findUnique({ where: { username } });
}

/**
 * Finds a person whom a command names.
 * @throws AppError `not_found` when there is none
 */
export async function requirePerson(db: Database, username: string): Promise<User> {
  const person = await findPerson(db, username);
  if (!person) throw new AppError('not_found', { detail: `There is no user "${username}".` });
  return person;
}
