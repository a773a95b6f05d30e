import { expect, test } from 'vitest';

import { MAXIMUM_JSON_DEPTH, MAXIMUM_JSON_VALUES, parseJson } from '../../src/api/input/json.ts';

const listOf = (length: number): string => `[${Array.from({ length }, () => '0').join(',')}]`;
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test.each([
  ['values', listOf(MAXIMUM_JSON_VALUES), listOf(MAXIMUM_JSON_VALUES + 1), `JSON parse error - more than ${MAXIMUM_JSON_VALUES} values`],
  ['levels', nested(MAXIMUM_JSON_DEPTH), nested(MAXIMUM_JSON_DEPTH + 1), `JSON parse error - nested deeper than ${MAXIMUM_JSON_DEPTH} levels`],
])('JSON has no more %s than it may, in texts they do not count', (_, most, tooMuch, message) => {
  expect(parseJson(most)).toEqual(JSON.parse(most));
  expect(() => parseJson(tooMuch)).toThrow(message);
  expect(parseJson(JSON.stringify({ memo: `"${tooMuch}\\` }))).toEqual({ memo: `"${tooMuch}\\` });
});
