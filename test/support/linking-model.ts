/** The shortest full description of which transactions are linked (spec section 6, Linking), as slow as it may be. */

export interface ModelAccount {
  id: string;
  owners: readonly number[];
  currency: string;
  /** Its name and its aliases. */
  names: readonly string[];
}

export interface ModelTransaction {
  id: string;
  account: ModelAccount;
  cents: number;
  milliseconds: number;
  descriptions: readonly string[];
}

const THREE_DAYS_MILLISECONDS = 3 * 86_400_000;

/** @returns pairs of ids, each in order, in order */
export function linkedPairs(transactions: readonly ModelTransaction[]): string[] {
  const matchesOf = (one: ModelTransaction): ModelTransaction[] => transactions.filter((other) => isMatch(one, other));
  return transactions
    .flatMap((one) => {
      const [other, ...more] = matchesOf(one);
      return other && more.length === 0 && matchesOf(other).length === 1 && one.id < other.id ? [`${one.id} ${other.id}`] : [];
    })
    .sort();
}

function isMatch(one: ModelTransaction, other: ModelTransaction): boolean {
  return (
    one.account.id !== other.account.id &&
    one.account.currency === other.account.currency &&
    one.account.owners.some((owner) => other.account.owners.includes(owner)) &&
    one.cents === -other.cents &&
    Math.abs(one.milliseconds - other.milliseconds) <= THREE_DAYS_MILLISECONDS &&
    (pointsAt(one, other.account) || pointsAt(other, one.account))
  );
}

function pointsAt(transaction: ModelTransaction, account: ModelAccount): boolean {
  return account.names.some((name) => Array.from(name.trim()).length >= 3 && transaction.descriptions.some((text) => isWithin(name.trim(), text)));
}

/** Character by character, each the same in any case. */
function isWithin(name: string, text: string): boolean {
  const wanted = Array.from(name);
  const characters = Array.from(text);
  return characters.some((_, start) => wanted.every((character, offset) => isSameLetter(character, characters[start + offset])));
}

function isSameLetter(one: string, other: string | undefined): boolean {
  return other !== undefined && (one === other || one.toUpperCase() === other.toUpperCase() || one.toLowerCase() === other.toLowerCase());
}
