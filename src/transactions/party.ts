import {
  ACH_DETAILS,
  CITY_FIRST_WORD,
  CITY_LAST_WORD,
  COUNTRY_AT_END,
  DETAILS,
  DOUBTFUL_STATE,
  FILLER_WORDS,
  PREFIX,
  PROCESSOR,
  STATE_AT_END,
} from './party-noise.ts';
import { titleCase } from './title-case.ts';

const MAXIMUM_CHARACTERS = 512;

/** Stands where a number was: what follows it is often the place. Some banks use it as a separator themselves. */
const GAP = '|';

/**
 * Finds the payee's name in a bank's description, by taking off what banks put around it: how it was paid, dates, times, card and
 * reference numbers, store numbers, city and state. A guess, the same one each time.
 * @returns at most 512 characters; null where no name is left, as in a transfer between accounts.
 */
export function partyOf(rawDescription: string): string | null {
  const description = firstCharacters(rawDescription);
  const gapped = collapse(withoutPlaceColumns(description)).replace(ACH_DETAILS, '').replace(DETAILS, GAP).replaceAll(GAP, ` ${GAP} `);
  const name = trimPunctuation(collapse(withoutPlace(withoutPrefixes(collapse(gapped))).replace(/[*|]/g, ' ')));
  // Small letters can be longer than the capital was: İ becomes two characters.
  return namesSomebody(name) ? firstCharacters(titleCase(name)).trim() : null;
}

/** Says whether a word is left that has letters and is no filler. */
function namesSomebody(text: string): boolean {
  return text.split(' ').some((word) => {
    const letters = word.replace(/\P{L}/gu, '').toLowerCase();
    return letters !== '' && !FILLER_WORDS.has(letters);
  });
}

function firstCharacters(text: string): string {
  // A character takes at most two of the units that are cut here, before all that is left is walked through.
  return Array.from(text.slice(0, 2 * MAXIMUM_CHARACTERS)).slice(0, MAXIMUM_CHARACTERS).join('');
}

/** Some banks print columns: the name, two spaces or more, the city, two spaces or more, the state. */
function withoutPlaceColumns(text: string): string {
  const columns = text.trim().split(/\s{2,}|\t/);
  const last = columns.at(-1) ?? '';
  if (columns.length < 2 || !STATE_AT_END.test(last)) return text;
  const cityIsApart = last.replace(STATE_AT_END, '') === '' && columns.length > 2;
  return columns.slice(0, cityIsApart ? -2 : -1).join(' ');
}

function withoutPrefixes(text: string): string {
  let rest = text;
  for (;;) {
    const shorter = rest.replace(/^[ |;:,*-]+/, '').replace(PREFIX, '').replace(PROCESSOR, '');
    if (shorter === rest) return rest;
    rest = shorter;
  }
}

function withoutPlace(text: string): string {
  const segments = text
    .split(GAP)
    .map((segment) => segment.trim())
    .filter((segment) => segment !== '');
  const last = segments.at(-1) ?? '';
  if (segments.length > 1 && (STATE_AT_END.test(last) || COUNTRY_AT_END.test(last) || /^[A-Z]{2,3}$/.test(last))) segments.pop();
  return withoutCity(segments.join(' ').replace(COUNTRY_AT_END, ''), text);
}

/** Takes `OAKLAND CA` off the end, and keeps at least one word before it. */
function withoutCity(text: string, original: string): string {
  const state = STATE_AT_END.exec(text)?.[1];
  if (state === undefined) return text;
  if (DOUBTFUL_STATE.test(state) && !COUNTRY_AT_END.test(original)) return text;
  const beforeState = text.replace(STATE_AT_END, '').replace(/,$/, '');
  const comma = beforeState.lastIndexOf(',');
  if (comma > 0) return beforeState.slice(0, comma);
  const words = beforeState.split(' ');
  if (words.length < 2) return beforeState;
  const cityHasTwoWords = words.length > 2 && (CITY_FIRST_WORD.test(words.at(-2) ?? '') || CITY_LAST_WORD.test(words.at(-1) ?? ''));
  return words.slice(0, cityHasTwoWords ? -2 : -1).join(' ');
}

function collapse(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

function trimPunctuation(text: string): string {
  const start = text.search(/[^\s\-–,;:*#/.&|]/);
  let end = text.length;
  while (end > start && /[\s\-–,;:*#/&|]/.test(text.charAt(end - 1))) end -= 1;
  return start === -1 ? '' : text.slice(start, end);
}
