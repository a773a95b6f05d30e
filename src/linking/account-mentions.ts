/** How descriptions may mean an account. */
export interface AccountNames {
  accountId: string;
  /** Its name and its aliases. */
  names: readonly string[];
  /** In plain text; null when there is none. */
  accountNumber: string | null;
}

/** An account's name or alias must be at least this long to be looked for in descriptions. */
const MINIMUM_NAME_CHARACTERS = 3;
const LAST_DIGITS = 4;

/**
 * How banks announce the last four digits of the other account: `ENDING IN 1234`, `ends with *1234`, `acct #1234`,
 * `account no. xxxx1234`, `XXXX1234`, `...1234`, `last four: 1234`. Each part begins where no other begins before it, so
 * that the time is in proportion to the text.
 */
const WORD_START = String.raw`(?<![\p{L}\p{N}_])`;
const ANNOUNCEMENTS = [
  String.raw`${WORD_START}end(?:ing|s)?(?:\s+(?:in|with|on))?`,
  String.raw`${WORD_START}a(?:cct|ccount|/c)s?\.?(?:\s*(?:number|num|nbr|no)\.?)?`,
  String.raw`${WORD_START}last\s+(?:4|four)(?:\s+digits)?`,
];
const MASK = String.raw`[\s:#.*x•…\-]*`;
const BARE_MASK = String.raw`(?:${WORD_START}x{2,}|(?<![*•])[*•]+|(?<!\.)\.{2,}|…)[\s\-]*`;
const ANNOUNCED_DIGITS = new RegExp(String.raw`(?:(?:${ANNOUNCEMENTS.join('|')})${MASK}|${BARE_MASK})(\d{${LAST_DIGITS}})(?!\d)`, 'giu');

/**
 * Finds out which of many accounts a description means. Every name is prepared once, however many descriptions are asked
 * about, and a description is read once, however many names there are: at each of its places a binary search finds the
 * longest name that begins there.
 */
export class AccountMentions {
  /** All names, folded, in order. */
  readonly #names: readonly string[];
  /** For each name the place of the longest other name that it begins with; -1: none. */
  readonly #beginnings: readonly number[];
  readonly #firstCharacters: ReadonlySet<string>;
  readonly #accountsByName: ReadonlyMap<string, readonly string[]>;
  readonly #accountsByLastFour: ReadonlyMap<string, readonly string[]>;

  constructor(accounts: readonly AccountNames[]) {
    const byName = new Map<string, string[]>();
    const byLastFour = new Map<string, string[]>();
    for (const { accountId, names, accountNumber } of accounts) {
      for (const name of new Set(names.filter(isLongEnough).map((text) => fold(text.trim())))) add(byName, name, accountId);
      const digits = accountNumber?.replace(/\D/g, '').slice(-LAST_DIGITS) ?? '';
      if (digits.length === LAST_DIGITS) add(byLastFour, digits, accountId);
    }
    this.#names = [...byName.keys()].sort(byCodeUnits);
    this.#beginnings = beginningsOf(this.#names);
    this.#firstCharacters = new Set(this.#names.map((name) => name.slice(0, MINIMUM_NAME_CHARACTERS)));
    this.#accountsByName = byName;
    this.#accountsByLastFour = byLastFour;
  }

  /**
   * Finds the accounts that a text points at: by one of their names as a substring in any case, or by an announcement of
   * the last four digits of their number.
   * @returns ids
   */
  mentionedIn(text: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const [, digits = ''] of text.matchAll(ANNOUNCED_DIGITS)) addAll(found, this.#accountsByLastFour.get(digits));
    const folded = fold(text);
    for (let start = 0; start + MINIMUM_NAME_CHARACTERS <= folded.length; start += 1) {
      if (this.#firstCharacters.has(folded.slice(start, start + MINIMUM_NAME_CHARACTERS))) this.#addBeginningsOf(folded.slice(start), found);
    }
    return found;
  }

  /** Whatever the text begins with is the last name not after it, or begins that name. */
  #addBeginningsOf(text: string, found: Set<string>): void {
    for (let place = lastNotAfter(this.#names, text); ; place = this.#beginnings[place] ?? -1) {
      const name = this.#names[place];
      if (name === undefined) return;
      if (text.startsWith(name)) addAll(found, this.#accountsByName.get(name));
    }
  }
}

/**
 * Makes texts alike that differ only in case, by Unicode's rules and not by those of the database's locale. Both ways, since
 * some letters have only one of the cases, or two small forms: `ß` and `ẞ` become `SS`, `σ` and `ς` become `Σ`.
 */
export function fold(text: string): string {
  return text.toLowerCase().toUpperCase();
}

function isLongEnough(name: string): boolean {
  return Array.from(name.trim()).length >= MINIMUM_NAME_CHARACTERS;
}

/** The order in which `<` compares, whatever the language. */
function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function beginningsOf(sorted: readonly string[]): number[] {
  const open: number[] = [];
  return sorted.map((name, place) => {
    while (open.length > 0 && !name.startsWith(sorted[open.at(-1) ?? -1] ?? '')) open.pop();
    const beginning = open.at(-1) ?? -1;
    open.push(place);
    return beginning;
  });
}

/** @returns the place of the last text that does not come after the given one; -1: all do */
function lastNotAfter(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') <= text) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function addAll(set: Set<string>, values: readonly string[] = []): void {
  for (const value of values) set.add(value);
}
