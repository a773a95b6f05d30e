import { issueOf, type Issue } from '../errors.ts';
import { hasAtMostCharacters } from '../measured-text.ts';

export const MAXIMUM_USERNAME_CHARACTERS = 150;

/** The actor of what the funding engine does: nobody's profile, and no one's to change. */
export const FUNDING_SYSTEM = 'funding-system';

/** `users/me/` is a path, and the funding engine acts under a name of its own. */
const RESERVED = ['me', FUNDING_SYSTEM];

/**
 * Checks a new username.
 * @param field what the issue is about
 * @returns an issue, or undefined when the name may be taken (if it is free)
 */
export function usernameIssue(field: string, username: string): Issue | undefined {
  if (username === '') return issueOf(field, 'blank');
  if (!hasAtMostCharacters(username, MAXIMUM_USERNAME_CHARACTERS)) return issueOf(field, 'too_many_characters', { maximum: MAXIMUM_USERNAME_CHARACTERS });
  // Compatibility forms, such as full-width letters, would be a second name that looks like the first.
  if (!/^[\p{L}\p{N}@.+\-_]+$/u.test(username) || username.normalize('NFKC') !== username) return issueOf(field, 'username_not_allowed');
  // Clients resolve . and .. in the path of a user's URL.
  if (RESERVED.includes(username.toLowerCase()) || /^\.\.?$/.test(username)) return issueOf(field, 'username_reserved');
  return undefined;
}
