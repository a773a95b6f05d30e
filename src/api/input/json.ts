import { AppError } from '../../errors.ts';

/** Deeper than any request needs, and far from where what walks through values, such as JSON.stringify, runs out of stack. */
export const MAXIMUM_JSON_DEPTH = 32;

/** More than any request needs: a list or an object of so many values costs more to build than its bytes to receive. */
export const MAXIMUM_JSON_VALUES = 10_000;

/**
 * Reads JSON that a client sent.
 * @throws AppError `parse_error` for lists and objects within each other beyond MAXIMUM_JSON_DEPTH, or for more than
 *   MAXIMUM_JSON_VALUES; SyntaxError for no JSON
 */
export function parseJson(text: string): unknown {
  const problem = problemOf(text);
  if (problem !== undefined) throw new AppError('parse_error', { detail: `JSON parse error - ${problem}` });
  return JSON.parse(text) as unknown;
}

/** Counts open brackets, and what stands between commas, outside of texts; what is no JSON may be called either. */
function problemOf(text: string): string | undefined {
  let depth = 0;
  let values = 1;
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
      if (depth > MAXIMUM_JSON_DEPTH) return `nested deeper than ${MAXIMUM_JSON_DEPTH} levels`;
    } else if (character === ']' || character === '}') {
      depth -= 1;
    } else if (character === ',') {
      values += 1;
      if (values > MAXIMUM_JSON_VALUES) return `more than ${MAXIMUM_JSON_VALUES} values`;
    }
  }
  return undefined;
}
