/**
 * A chain: the entries of one owner in their order, each with its running balances, up to and including it. There are two
 * kinds: a bank account's transactions and a budget's entries. docs/domain.md explains them; this file says in SQL what
 * they are made of, and all that the ledger knows of the tables' columns.
 */

/** A running balance of a chain. */
export interface RunningBalance {
  /** The column that holds it at each entry. */
  readonly column: string;
  /** The column of the owner that holds where it stands after the last entry. */
  readonly total: string;
  /** SQL for what an entry adds to it. */
  readonly added: (entry: string) => string;
  /** SQL for what it is before the first entry, by the owner's id. */
  readonly opening: (owner: string) => string;
}

/** Running balances as SQL returns them: numeric text by the name of the column. */
export type Snapshots = Readonly<Record<string, string>>;

export interface Chain<Snapshot extends Snapshots = Snapshots> {
  /** The table of the entries. */
  readonly entries: string;
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
  /** The table of the owners, in which the totals are. */
  readonly owners: string;
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
export type EntryKind = (typeof ENTRY_KIND)[keyof typeof ENTRY_KIND];

/** A bank account's transactions. A pending one does not move the posted balance. Later ones have greater sequences. */
export const ACCOUNT_CHAIN: Chain<AccountSnapshots> = {
  entries: 'transactions',
  owner: 'bank_account_id',
  instant: 'transaction_date',
  tieBreakers: ['sequence'],
  drawn: { sequence: `nextval('transactions_sequence_seq')` },
  pending: 'pending',
  balances: [
    {
      column: 'bank_account_available_balance',
      total: 'available_balance',
      added: (entry) => `${entry}.amount`,
      opening: (owner) => `(SELECT a.opening_available FROM bank_accounts a WHERE a.id = ${owner})`,
    },
    {
      column: 'bank_account_posted_balance',
      total: 'posted_balance',
      added: (entry) => `CASE WHEN ${entry}.pending THEN 0 ELSE ${entry}.amount END`,
      opening: (owner) => `(SELECT a.opening_posted FROM bank_accounts a WHERE a.id = ${owner})`,
    },
  ],
  owners: 'bank_accounts',
};

/** A budget's entries: the `position` is the sequence of the transaction or internal transaction. */
export const BUDGET_CHAIN: Chain<BudgetSnapshots> = {
  entries: 'budget_entries',
  owner: 'budget_id',
  instant: 'instant',
  tieBreakers: ['kind', 'position'],
  drawn: {},
  balances: [
    {
      column: 'balance',
      total: 'balance',
      added: (entry) => `${entry}.amount`,
      // Unallocated begins with what the account held, every other budget with nothing.
      opening: (owner) => `(SELECT CASE WHEN b.is_unallocated THEN a.opening_available ELSE 0 END
        FROM budgets b JOIN bank_accounts a ON a.id = b.bank_account_id WHERE b.id = ${owner})`,
    },
  ],
  owners: 'budgets',
};

/** SQL for where an entry stands, as a row to be compared with another's. */
export function placeSql({ instant, tieBreakers }: Chain, alias: string): string {
  return `(${[instant, ...tieBreakers].map((column) => `${alias}.${column}`).join(', ')})`;
}

/** SQL for an ORDER BY of a chain. */
export function orderSql({ instant, tieBreakers }: Chain, alias: string, direction: 'ASC' | 'DESC' = 'ASC'): string {
  return [instant, ...tieBreakers].map((column) => `${alias}.${column} ${direction}`).join(', ');
}

/** SQL for what an entry adds to each balance, as columns that `addedTo` names. */
export function addedSql(chain: Chain, alias: string): string {
  return chain.balances.map((balance) => `${balance.added(alias)} AS ${addedTo(balance)}`).join(', ');
}

/** The name of the column with what an entry adds to a balance. */
export function addedTo({ column }: RunningBalance): string {
  return `${column}_added`;
}

/** SQL for a SELECT list of the running balances of an entry: its snapshots. */
export function snapshotsSql(chain: Chain, alias: string): string {
  return chain.balances.map(({ column }) => `${alias}.${column}`).join(', ');
}

/** SQL for assignments that add to each running balance of an entry. */
export function shiftSql(chain: Chain, entry: string, change: string, sign: '+' | '-'): string {
  return chain.balances.map((balance) => `${balance.column} = ${entry}.${balance.column} ${sign} ${change}.${addedTo(balance)}`).join(', ');
}

/**
 * SQL for a CTE that moves the owners' totals by what entries add to them, and what follows them with it.
 * @param changes a CTE with the owner and the added columns, at most one row for each owner
 * @param counter the column of the owner that counts such entries; undefined: none is added or removed
 */
export function totalsSql(chain: Chain, changes: string, sign: '+' | '-', counter?: string): string {
  const assignments = chain.balances.flatMap((balance) => {
    const total = `o.${balance.total} ${sign} c.${addedTo(balance)}`;
    return [`${balance.total} = ${total}`, ...(chain.follows ? [chain.follows('o', total)] : [])];
  });
  if (counter !== undefined) assignments.push(`${counter} = o.${counter} ${sign} 1`);
  return `totals AS (UPDATE ${chain.owners} o SET ${assignments.join(', ')} FROM ${changes} c WHERE o.id = c.${chain.owner})`;
}
