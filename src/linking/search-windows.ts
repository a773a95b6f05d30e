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

/** One whose counterpart is looked for. */
export interface SearchedTransaction extends LinkableTransaction {
  /** Alike for accounts with the same owners and currency: counterparts are looked for on the same accounts. */
  scope: string;
}

/** A transaction and its counterpart on another account. */
export interface Match {
  transaction: SearchedTransaction;
  mirror: LinkableTransaction;
}

/** Transactions of one scope with the same amount, whose counterparts are looked for between two instants. */
export interface SearchWindow {
  scope: string;
  /** Of the transactions; a counterpart has the opposite. */
  amount: string;
  /** In milliseconds since 1970, both inclusive. */
  from: number;
  to: number;
  transactions: SearchedTransaction[];
}

/** 72 hours, not 3 days: the length of a day would depend on a timezone. */
const REACH_MILLISECONDS = 72 * 3_600_000;

/**
 * Puts transactions together whose counterparts can be looked for at once: with the same scope and amount, and so close in
 * time that their reaches overlap. So equal amounts have one window, on however many accounts, and their candidates are read once.
 */
export function searchWindows(transactions: readonly SearchedTransaction[]): SearchWindow[] {
  const windows: SearchWindow[] = [];
  for (const group of Map.groupBy(transactions, ({ scope, amount }) => `${amount} ${scope}`).values()) {
    let window: SearchWindow | undefined;
    for (const transaction of group.sort((left, right) => left.milliseconds - right.milliseconds)) {
      const { scope, amount, milliseconds } = transaction;
      const from = milliseconds - REACH_MILLISECONDS;
      if (!window || window.to < from) {
        window = { scope, amount, from, to: from, transactions: [] };
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
 * @param candidates all unlinked transactions with the opposite amount in the window, on all accounts of the scope
 * @param mentions for the ids of both, the accounts that their descriptions point at
 * @returns for each transaction that has exactly one match, that one
 */
export function onlyMatches(window: SearchWindow, candidates: readonly LinkableTransaction[], mentions: ReadonlyMap<string, ReadonlySet<string>>): Match[] {
  const onAccount = Map.groupBy(candidates, ({ accountId }) => accountId);
  const pointingAt = new Map<string, LinkableTransaction[]>();
  for (const candidate of candidates) {
    for (const accountId of mentions.get(candidate.id) ?? []) {
      const pointing = pointingAt.get(accountId);
      if (pointing) pointing.push(candidate);
      else pointingAt.set(accountId, [candidate]);
    }
  }
  return window.transactions.flatMap((transaction) => {
    const { id, accountId } = transaction;
    const pointedAt = [...(mentions.get(id) ?? [])].map((mentioned) => onAccount.get(mentioned));
    const mirror = onlyOneNear(transaction, [pointingAt.get(accountId), ...pointedAt]);
    return mirror ? [{ transaction, mirror }] : [];
  });
}

/** @returns the one candidate on another account that is near enough; undefined when there is none, or there are two */
function onlyOneNear(transaction: SearchedTransaction, lists: readonly (readonly LinkableTransaction[] | undefined)[]): LinkableTransaction | undefined {
  let only: LinkableTransaction | undefined;
  for (const candidate of lists.flatMap((list) => list ?? [])) {
    const isNear = Math.abs(candidate.milliseconds - transaction.milliseconds) <= REACH_MILLISECONDS;
    if (!isNear || candidate.accountId === transaction.accountId || candidate.id === only?.id) continue;
    if (only) return undefined;
    only = candidate;
  }
  return only;
}
