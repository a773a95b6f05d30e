/** What the search needs to know of an unlinked transaction. */
export interface LinkableTransaction {
  id: string;
  accountId: string;
  /** A decimal number. */
  amount: string;
  /** `transaction_date`, in milliseconds since 1970. */
  milliseconds: number;
  /** Both descriptions. */
  text: string;
}

/** A transaction and its mirror image on another account. */
export interface Match {
  transaction: LinkableTransaction;
  mirror: LinkableTransaction;
}

/** Transactions of one account with the same amount, whose mirror images are looked for between two instants. */
export interface SearchWindow {
  accountId: string;
  /** Of the transactions; a mirror image has the opposite. */
  amount: string;
  /** In milliseconds since 1970, both inclusive. */
  from: number;
  to: number;
  transactions: LinkableTransaction[];
}

/** 72 hours, not 3 days: the length of a day would depend on a timezone. */
const REACH_MILLISECONDS = 72 * 3_600_000;

/**
 * Puts transactions together whose mirror images can be looked for at once: with the same account and amount, and so close
 * in time that their reaches overlap. So 1,000 equal amounts have one window, and their candidates are read once.
 */
export function searchWindows(transactions: readonly LinkableTransaction[]): SearchWindow[] {
  const windows: SearchWindow[] = [];
  for (const group of Map.groupBy(transactions, ({ accountId, amount }) => `${accountId} ${amount}`).values()) {
    let window: SearchWindow | undefined;
    for (const transaction of group.sort((left, right) => left.milliseconds - right.milliseconds)) {
      const { accountId, amount, milliseconds } = transaction;
      const from = milliseconds - REACH_MILLISECONDS;
      if (!window || window.to < from) {
        window = { accountId, amount, from, to: from, transactions: [] };
        windows.push(window);
      }
      window.to = milliseconds + REACH_MILLISECONDS;
      window.transactions.push(transaction);
    }
  }
  return windows;
}

/**
 * Finds the matches of a window's transactions: near enough, and the description of either points at the other's account.
 * @param candidates all unlinked transactions with the opposite amount in the window, on other accounts that share an owner
 * @param mentions for the ids of both, the accounts that their descriptions point at
 * @returns for each transaction that has exactly one match, that one
 */
export function onlyMatches(window: SearchWindow, candidates: readonly LinkableTransaction[], mentions: ReadonlyMap<string, ReadonlySet<string>>): Match[] {
  const pointing = candidates.filter(({ id }) => mentions.get(id)?.has(window.accountId));
  return window.transactions.flatMap((transaction) => {
    const pointsAt = mentions.get(transaction.id) ?? new Set();
    const isMatch = (candidate: LinkableTransaction): boolean =>
      Math.abs(candidate.milliseconds - transaction.milliseconds) <= REACH_MILLISECONDS &&
      (pointsAt.has(candidate.accountId) || mentions.get(candidate.id)?.has(window.accountId) === true);
    // One that points nowhere can only match what points at it.
    const eligible = pointsAt.size === 0 ? pointing : candidates;
    const mirror = eligible.find(isMatch);
    if (!mirror) return [];
    const isOnly = !eligible.some((candidate) => candidate !== mirror && isMatch(candidate));
    return isOnly ? [{ transaction, mirror }] : [];
  });
}
