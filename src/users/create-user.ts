import { isValidTimezone } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/failures.ts';
import type { User } from '../db/generated/client.ts';
import { FieldError, type FieldErrors } from '../errors.ts';
import { hasAtMostCharacters, tooManyCharacters } from '../measured-text.ts';
import { hashPassword, passwordProblem } from '../security/passwords.ts';
import { usernameProblem } from '../security/usernames.ts';

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
 * @throws FieldError for a username that is taken or not allowed, a weak password, a long name, an unknown timezone
 */
export async function createUser(db: Database, draft: UserDraft, hash: (password: string) => Promise<string> = hashPassword): Promise<User> {
  requireValid(draft);
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
    if (isUniqueViolation(error)) throw FieldError.of('username', 'A user with that username already exists.');
    throw error;
  }
}

function requireValid(draft: UserDraft): void {
  const problems = {
    username: usernameProblem(draft.username),
    password: passwordProblem(draft.password, draft.username),
    name: nameProblem(draft.name ?? ''),
    timezone: isValidTimezone(draft.timezone ?? 'UTC') ? undefined : unknownTimezone(draft.timezone ?? ''),
  };
  const fields: FieldErrors = {};
  for (const [field, problem] of Object.entries(problems)) if (problem !== undefined) fields[field] = [problem];
  if (Object.keys(fields).length > 0) throw new FieldError(fields);
}

function nameProblem(name: string): string | undefined {
  if (!hasAtMostCharacters(name, MAXIMUM_NAME_CHARACTERS)) return tooManyCharacters(MAXIMUM_NAME_CHARACTERS);
  return name.includes('\0') ? 'Null characters are not allowed.' : undefined;
}

/** What is said about a timezone that the IANA database does not have. */
export function unknownTimezone(name: string): string {
  return `"${name.slice(0, 100)}" is not a timezone of the IANA database, such as Europe/Berlin.`;
}
