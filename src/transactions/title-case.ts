/** Written as they are, though they have a vowel. */
const ACRONYMS = new Set(['ATM', 'USPS', 'UPS', 'USA', 'LLC', 'AAA', 'IRS', 'REI', 'AMC', 'AT&T', 'IKEA', 'IHOP', 'ALDI', 'BMW', 'IBM', 'AWS', 'EZ', 'UK', 'EU', 'TV', 'AMEX', 'PG&E', 'ING', 'SNCF', 'EDF', 'NAACP', 'EFT', 'ACH']);

/** Abbreviations without a vowel that are spoken as words. */
const SPOKEN = new Set(['ST', 'DR', 'MR', 'MRS', 'JR', 'SR', 'LTD', 'MT', 'FT', 'PKWY', 'BLVD', 'RD', 'MKTP', 'PYMT', 'PMT', 'MKT', 'CTR', 'GRP', 'MGMT', 'SVC', 'DEPT', 'NTWK']);

const SMALL_WORDS = new Set(['OF', 'AND', 'THE', 'FOR', 'IN', 'AT', 'ON', 'TO', 'BY', 'DE', 'LA', 'DU', 'UND', 'DER']);

/**
 * Turns `WHOLE FOODS OF AUSTIN` into `Whole Foods of Austin`. Text that has a small letter anywhere stays as it is.
 * @param text words with single spaces between them.
 */
export function titleCase(text: string): string {
  if (/\p{Ll}/u.test(text)) return text;
  return text
    .split(' ')
    .map((word, index) => (index > 0 && SMALL_WORDS.has(word) ? word.toLowerCase() : titleWord(word)))
    .join(' ');
}

function titleWord(word: string): string {
  return word.split(/(?<=[-/])/).map(titlePart).join('');
}

function titlePart(part: string): string {
  const letters = part.replace(/[-/]$/, '');
  if (ACRONYMS.has(letters) || (/^[B-DF-HJ-NP-TV-XZ&]{2,4}$/.test(letters) && !SPOKEN.has(letters))) return part;
  return part
    .toLowerCase()
    .replace(/(^|[&(])(\p{L})/gu, (_match, before: string, letter: string) => before + letter.toUpperCase())
    .replace(/^Mc(\p{L})(?=\p{L}{3})/u, (_match, letter: string) => `Mc${letter.toUpperCase()}`);
}
