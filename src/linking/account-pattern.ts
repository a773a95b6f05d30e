/** An account's name or alias must be at least this long to be looked for in descriptions. */
const MINIMUM_NAME_CHARACTERS = 3;
const LAST_DIGITS = 4;

/**
 * How banks announce the last four digits of the other account: `ENDING IN 1234`, `ends with *1234`, `acct #1234`,
 * `account no. xxxx1234`, `XXXX1234`, `...1234`, `last four: 1234`.
 */
const ANNOUNCEMENTS = [
  String.raw`\yend(?:ing|s)?(?:\s+(?:in|with|on))?`,
  String.raw`\ya(?:cct|ccount|/c)s?\.?(?:\s*(?:number|num|nbr|no)\.?)?`,
  String.raw`\ylast\s+(?:4|four)(?:\s+digits)?`,
];
const MASK = String.raw`[\s:#.*x•…-]*`;
const BARE_MASK = String.raw`(?:\yx{2,}|[*•]+|\.{2,}|…)[\s-]*`;

/**
 * Makes the regular expression that finds an account in a transaction's description, to be matched without regard to
 * case by Postgres (`~*`).
 * @param names the account's name and its aliases
 * @param accountNumber in plain text; null when there is none
 * @returns null when nothing could point at this account
 */
export function accountPattern(names: readonly string[], accountNumber: string | null): string | null {
  const alternatives = names
    .map((name) => name.trim())
    .filter((name) => Array.from(name).length >= MINIMUM_NAME_CHARACTERS)
    .map(escapeRegularExpression);
  const lastFour = accountNumber?.replace(/\D/g, '').slice(-LAST_DIGITS) ?? '';
  if (lastFour.length === LAST_DIGITS) alternatives.push(`(?:(?:${ANNOUNCEMENTS.join('|')})${MASK}|${BARE_MASK})${lastFour}(?!\\d)`);
  return alternatives.length === 0 ? null : alternatives.join('|');
}

function escapeRegularExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
