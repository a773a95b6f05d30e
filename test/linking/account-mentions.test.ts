import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { AccountMentions } from '../../src/linking/account-mentions.ts';

const mentionsOf = (names: readonly string[], text: string): string[] =>
  [...new AccountMentions(names.map((name) => ({ accountId: name, names: [name], accountNumber: null }))).mentionedIn(text)].sort();

describe('a name is found as a substring', () => {
  test.each([
    ['in any case', 'Rainy Day', 'to RAINY day fund'],
    ['that is all of the text', 'abc', 'ABC'],
    ['with wildcards of SQL taken literally', '50%_off', 'a 50%_OFF b'],
    ['with accents', 'Épargne', 'VERS ÉPARGNE'],
    ['with a letter that has two small forms', 'ΟΔΟΣ', 'η οδος μου'],
    ['with a sharp s, whose capital is two letters', 'Straße', 'STRASSE 1'],
    ['beyond the basic plane', '𐐨𐐨𐐨', 'x𐐀𐐀𐐀'],
  ])('%s', (_name, name, text) => {
    expect(mentionsOf([name], text)).toEqual([name]);
  });

  test.each([
    ['a wildcard of SQL matches itself only', 'a%b', 'axxb'],
    ['an underscore matches itself only', 'a_c', 'abc'],
    ['two characters are too few', 'ab', 'ab'],
    ['an accent makes another letter', 'Epargne', 'épargne'],
  ])('but %s', (_name, name, text) => {
    expect(mentionsOf([name], text)).toEqual([]);
  });

  test('among any other names: all that occur are found, and no others', () => {
    const letters = fc.constantFrom('a', 'b', 'A', 'É', 'é', '%', '_', 'σ', 'ς', '😀');
    const name = fc.array(letters, { minLength: 3, maxLength: 6 }).map((parts) => parts.join(''));
    const upper = (text: string): string => text.toUpperCase();
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 30 }), fc.array(letters, { maxLength: 40 }).map((parts) => parts.join('')), (names, text) => {
        expect(mentionsOf(names, text)).toEqual(names.filter((each) => upper(text).includes(upper(each))).sort());
      }),
      { numRuns: 2_000 },
    );
  });
});
