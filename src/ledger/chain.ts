/**
 * A chain: the entries of one owner in their order, each with its running balances, up to and including it. There are two
 * kinds: a bank account's transactions and a budget's entries. A chain is kept in blocks, so that a change of the past touches
 * few rows: an entry holds what its day has added up to by then, the day what its month had added up to before it, and the
 * month the balance before it. docs/domain.md explains that; this file says in SQL what chains are made of, and all that the
 * ledger knows of the tables' columns. Nobody else reads or writes those of the balances, but through what is here.
 */

/** A running balance of a chain. */
export interface RunningBalance {
  /** The name under which an entry's balance is read: a snapshot. */
  readonly snapshot: string;
  /** The column of the entry with what the entries of its day add up to, up to and including it. */
  readonly inDay: string;
  /** The column of the day with what the entries of its month add up to before it. */
  readonly inMonth: string;
  /** The column of the month with the balance before its first entry. */
  readonly opening: string;
  /** The column of the owner with the balance after the last entry. */
  readonly total: string;
  /** SQL for what an entry adds. */
  readonly added: (entry: string) => string;
  /** SQL for the balance before the first entry, by the owner's id. */
  readonly initial: (owner: string) => string;
}

/** Running balances as SQL returns them: numeric text by the name of the snapshot. */
export type Snapshots = Readonly<Record<string, string>>;

export interface Chain<Snapshot extends Snapshots = Snapshots> {
  /** The table of the entries. */
  readonly entries: string;
  /** The table of the days that have entries, by owner and `day`. */
  readonly days: string;
  /** The table of the months that have entries, by owner and `month`, which is its first day. */
  readonly months: string;
  /** The table of the owners, in which the totals are. */
  readonly owners: string;
  /** The column that says whose chain an entry stands in. */
  readonly owner: string;
  /** When an entry stands: the first column of the order. */
  readonly instant: string;
  /** The other columns of the order, which is total. */
  readonly tieBreakers: readonly string[];
  /** SQL for tie-breakers that a new entry does not bring along: the column → where it comes from. */
  readonly drawn: Readonly<Record<string, string>>;
  /** The column that says whether an entry is pending, where some are. */
  readonly pending?: string;
  readonly balances: readonly RunningBalance[];
  /**
   * SQL for assignments to the owner's columns that follow its balance.
   * @param owner the alias of the owner's row, @param balance SQL for the new balance
   */
  readonly follows?: (owner: string, balance: string) => string;
  /** Never set: carries the type of an entry's snapshots. */
  readonly carries?: Snapshot;
}

/** The balances of a bank account up to and including a transaction. */
export type AccountSnapshots = Readonly<Record<'bank_account_available_balance' | 'bank_account_posted_balance', string>>;

/** The balance of a budget up to and including an entry. */
export type BudgetSnapshots = Readonly<Record<'balance', string>>;

/** What stands in a budget's chain, and at one instant the order of the two. */
export const ENTRY_KIND = { transfer: 0, allocation: 1 } as const;

/** A bank account's transactions. A pending one does not move the posted balance. Later ones have greater sequences. */
export const ACCOUNT_CHAIN: Chain<AccountSnapshots> = {
  entries: 'transactions',
  days: 'account_days',
  months: 'account_months',
  owners: 'bank_accounts',
  owner: 'bank_account_id',
  instant: 'transaction_date',
  tieBreakers: ['sequence'],
  drawn: { sequence: `nextval('transactions_sequence_seq')` },
  pending: 'pending',
  balances: [
    {
      snapshot: 'bank_account_available_balance',
      inDay: 'available_in_day',
      inMonth: 'available_in_month',
      opening: 'opening_available',
      total: 'available_balance',
      added: (entry) => `${entry}.amount`,
      initial: (owner) => `(SELECT account.opening_available FROM bank_accounts account WHERE account.id = ${owner})`,
    },
    {
      snapshot: 'bank_account_posted_balance',
      inDay: 'posted_in_day',
      inMonth: 'posted_in_month',
      opening: 'opening_posted',
      total: 'posted_balance',
      added: (entry) => `CASE WHEN ${entry}.pending THEN 0 ELSE ${entry}.amount END`,
      initial: (owner) => `(SELECT account.opening_posted FROM bank_accounts account WHERE account.id = ${owner})`,
    },
  ],
};

/** A budget's entries: the `position` is the sequence of the transaction or internal transaction. */
export const BUDGET_CHAIN: Chain<BudgetSnapshots> = {
  entries: 'budget_entries',
  days: 'budget_days',
  months: 'budget_months',
  owners: 'budgets',
  owner: 'budget_id',
  instant: 'instant',
  tieBreakers: ['kind', 'position'],
  drawn: {},
  balances: [
    {
      snapshot: 'balance',
      inDay: 'balance_in_day',
      inMonth: 'balance_in_month',
      opening: 'opening_balance',
      total: 'balance',
      added: (entry) => `${entry}.amount`,
      // Unallocated begins with what the account held, every other budget with nothing.
      initial: (owner) => `(SELECT CASE WHEN budget.is_unallocated THEN account.opening_available ELSE 0 END
        FROM budgets budget JOIN bank_accounts account ON account.id = budget.bank_account_id WHERE budget.id = ${owner})`,
    },
  ],
};

/** SQL for the day in UTC of an instant. */
export function dayOf(instant: string): string {
  return `(${instant} AT TIME ZONE 'UTC')::date`;
}

/** SQL for the month in UTC of an instant, as its first day. */
export function monthOf(instant: string): string {
  return `date_trunc('month', ${instant} AT TIME ZONE 'UTC')::date`;
}

/** SQL for a SELECT list of an entry's snapshots; needs `openingOf` after FROM. */
export function snapshotsSql({ balances }: Chain, entry: string): string {
  return balances.map(({ snapshot, opening, inMonth, inDay }) => `${entry}_day.${opening} + ${entry}_day.${inMonth} + ${entry}.${inDay} AS ${snapshot}`).join(', ');
}

/** SQL that joins an entry's day and month to it: two looks at an index for each row, so it belongs to the rows of a page only. */
export function openingOf({ days, months, owner, instant, balances }: Chain, entry: string): string {
  return `LEFT JOIN LATERAL (
    SELECT ${balances.map(({ opening, inMonth }) => `m.${opening}, d.${inMonth}`).join(', ')} FROM ${days} d, ${months} m
    WHERE d.${owner} = ${entry}.${owner} AND d.day = ${dayOf(`${entry}.${instant}`)} AND m.${owner} = ${entry}.${owner} AND m.month = ${monthOf(`${entry}.${instant}`)}
    LIMIT 1
  ) ${entry}_day ON true`;
}
