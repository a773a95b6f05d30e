/**
 * The rule for text of strangers: its length is measured before anything else looks at it. To normalise, fold, match, trim,
 * split or hash text costs what it is long, some of it far more (form NFC is quadratic in combining marks), and nobody else is
 * served meanwhile. The text of requests is made by `measuredText`, which a test holds for every schema; what is not refused
 * for its length as malformed input, such as a password, is measured by the two questions. Lint holds that no regular
 * expression takes more than linear time on what is left.
 */
import { z } from 'zod';

/** Says whether text has at most so many characters (code points). Far longer text is not walked through. */
export function hasAtMostCharacters(text: string, maximum: number): boolean {
  if (text.length <= maximum) return true;
  // A character takes at most two of the UTF-16 units that `length` counts.
  return text.length <= 2 * maximum && Array.from(text).length <= maximum;
}

/** Says whether text takes at most so many bytes in UTF-8. Longer text is not walked through. */
export function hasAtMostBytes(text: string, maximum: number): boolean {
  // No UTF-16 unit takes less than a byte.
  return text.length <= maximum && Buffer.byteLength(text) <= maximum;
}

/**
 * Text of a request. Whatever is chained to this schema sees only text that is short enough.
 * @param maximumLength in UTF-16 units, as JavaScript counts
 * @param message what is said about longer text
 */
export function measuredText(maximumLength: number, message = tooManyCharacters(maximumLength)): z.ZodString {
  return z.string().max(maximumLength, { error: message, abort: true });
}

/** What is said about text of more than so many characters. */
export function tooManyCharacters(maximum: number): string {
  return `Ensure this field has no more than ${maximum} characters.`;
}
