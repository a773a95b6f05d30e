import { hasAtMostCharacters, tooManyCharacters } from '../measured-text.ts';

export const MAXIMUM_USERNAME_CHARACTERS = 150;

/** `users/me/` is a path, and the funding engine acts under a name of its own. */
const RESERVED = ['me', 'funding-system'];

/** Says what is wrong with a new username, or undefined when it may be taken (if it is free). */
export function usernameProblem(username: string): string | undefined {
  if (username === '') return 'This field may not be blank.';
  if (!hasAtMostCharacters(username, MAXIMUM_USERNAME_CHARACTERS)) return tooManyCharacters(MAXIMUM_USERNAME_CHARACTERS);
  // Compatibility forms, such as full-width letters, would be a second name that looks like the first.
  if (!/^[\p{L}\p{N}@.+\-_]+$/u.test(username) || username.normalize('NFKC') !== username) {
    return 'Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.';
  }
  // Clients resolve . and .. in the path of a user's URL.
  if (RESERVED.includes(username.toLowerCase()) || /^\.\.?$/.test(username)) return 'This username is reserved.';
  return undefined;
}
