import { hash, verify } from '@node-rs/argon2';

import { issueOf, type Issue } from '../errors.ts';
import { hasAtMostBytes } from '../measured-text.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';
import { inHashQueue, type HashTurn } from './hash-queue.ts';

const MINIMUM_CHARACTERS = 8;
export const MAXIMUM_BYTES = 1024;

/**
 * argon2id, version 1.3: 9 MiB, 4 passes, 1 lane, which OWASP's Password Storage Cheat Sheet counts as strong as 19 MiB and 2
 * passes. Each of libuv's threads keeps what it once took, so that less memory for a hash is less for the server for good.
 */
const ARGON2_OPTIONS = { memoryCost: 9_216, timeCost: 4, parallelism: 1, outputLen: 32 };

/**
 * Hashes a password with argon2id.
 * @param password one that `passwordIssue` found nothing wrong with
 * @returns text in PHC format, with salt and parameters.
 * @throws AppError `unavailable` when too many hashes wait already, RangeError for more bytes than a password may take.
 */
export async function hashPassword(password: string): Promise<string> {
  if (!isPossible(password)) throw new RangeError(`A password takes at most ${MAXIMUM_BYTES} bytes.`);
  return inHashQueue('known', () => hash(normalized(password), ARGON2_OPTIONS));
}

/**
 * Says whether this is the password that was hashed. Text that is no hash, as of a user who cannot log in, fits no password,
 * and text that is too long is no password: both in the same time.
 * @param turn whoever checks what a stranger sent has waited for it
 */
export async function verifyPassword(turn: HashTurn, passwordHash: string, password: string): Promise<boolean> {
  if (!passwordHash.startsWith('$argon2')) return verifyAgainstNothing(turn, password);
  const fits = await verify(passwordHash, normalized(password));
  return fits && isPossible(password);
}

/** Takes as long as verifyPassword, for users that do not exist: hashing is what verifying does too. */
export async function verifyAgainstNothing(_turn: HashTurn, password: string): Promise<false> {
  await hash(normalized(password), ARGON2_OPTIONS);
  return false;
}

/**
 * Checks a new password.
 * @param field what the issue is about
 * @returns an issue, or undefined when it is good enough
 */
export function passwordIssue(field: string, password: string, username: string): Issue | undefined {
  if (!isPossible(password)) return issueOf(field, 'password_too_long', { bytes: MAXIMUM_BYTES });
  const text = normalized(password);
  if (Array.from(text).length < MINIMUM_CHARACTERS) return issueOf(field, 'password_too_short', { minimum: MINIMUM_CHARACTERS });
  if (/^\p{Nd}+$/u.test(text)) return issueOf(field, 'password_numeric');
  if (COMMON_PASSWORDS.has(text.toLowerCase())) return issueOf(field, 'password_common');
  if (text.toLowerCase() === normalized(username).toLowerCase()) return issueOf(field, 'password_is_username');
  return undefined;
}

function isPossible(password: string): boolean {
  return hasAtMostBytes(password, MAXIMUM_BYTES);
}

/**
 * Keyboards and terminals compose `é` differently; RFC 8265 (OpaqueString) says to compare in form NFC. Empty text stands in
 * for text that is too long, which nothing may touch.
 */
function normalized(text: string): string {
  return isPossible(text) ? text.normalize('NFC') : '';
}
