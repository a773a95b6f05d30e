import { AppError } from '../../errors.ts';

/** Deeper than any request needs, and far from where what walks through values, such as JSON.stringify, runs out of stack. */
export const MAXIMUM_JSON_DEPTH = 32;

/**
 * Reads JSON that a client sent.
 * @throws AppError `parse_error` for lists and objects within each other beyond MAXIMUM_JSON_DEPTH, SyntaxError for no JSON
 */
export function parseJson(text: string): unknown {
  if (isNestedTooDeeply(text)) throw new AppError('parse_error', { detail: `JSON parse error - nested deeper than ${MAXIMUM_JSON_DEPTH} levels` });
  return JSON.parse(text) as unknown;
}

/** Counts the open brackets outside of texts; what is no JSON may be called either. */
function isNestedTooDeeply(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (isInText) {
      if (character === '\\') at += 1;
      else if (character === '"') isInText = false;
    } else if (character === '"') {
      isInText = true;
    } else if (character === '[' || character === '{') {
      depth += 1;
      if (depth > MAXIMUM_JSON_DEPTH) return true;
    } else if (character === ']' || character === '}') {
      depth -= 1;
    }
  }
  return false;
}
