import { isValidTimezone } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/failures.ts';
import type { User } from '../db/generated/client.ts';
import { InvalidInput, issueOf, issueText, refuse, type Issue } from '../errors.ts';
import { hasAtMostCharacters } from '../measured-text.ts';
import { hashPassword, passwordIssue } from '../security/passwords.ts';
import { usernameIssue } from '../security/usernames.ts';

export const MAXIMUM_NAME_CHARACTERS = 255;

/** A person who shall be able to log in. */
export interface UserDraft {
  username: string;
  password: string;
  /** What people call them; empty by default. */
  name?: string | undefined;
  /** IANA name; UTC by default. */
  timezone?: string | undefined;
  isStaff?: boolean | undefined;
}

/**
 * Creates a user.
 * @param hash makes the stored hash of the password
 * @throws InvalidInput for a username that is taken or not allowed, a weak password, a long name, an unknown timezone
 */
export async function createUser(db: Database, draft: UserDraft, hash: (password: string) => Promise<string> = hashPassword): Promise<User> {
  refuse(issuesOf(draft));
  const passwordHash = await hash(draft.password);
  try {
    return await db.prisma.user.create({
      data: {
        username: draft.username,
        name: draft.name ?? '',
        passwordHash,
        timezone: draft.timezone ?? 'UTC',
        isStaff: draft.isStaff ?? false,
      },
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new InvalidInput([issueOf('username', 'username_taken')]);
    throw error;
  }
}

function issuesOf(draft: UserDraft): (Issue | undefined)[] {
  const { username, password, name = '', timezone = 'UTC' } = draft;
  return [
    usernameIssue('username', username),
    passwordIssue('password', password, username),
    nameIssue(name),
    isValidTimezone(timezone) ? undefined : timezoneIssue(timezone),
  ];
}

function nameIssue(name: string): Issue | undefined {
  if (!hasAtMostCharacters(name, MAXIMUM_NAME_CHARACTERS)) return issueOf('name', 'too_many_characters', { maximum: MAXIMUM_NAME_CHARACTERS });
  return name.includes('\0') ? issueOf('name', 'null_characters') : undefined;
}

function timezoneIssue(name: string): Issue {
  return issueOf('timezone', 'unknown_timezone', { name: name.slice(0, 100) });
}

/** What is said about a timezone that the IANA database does not have. */
export function unknownTimezone(name: string): string {
  return issueText(timezoneIssue(name));
}
