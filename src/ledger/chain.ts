/**
 * A chain: the entries of one owner in their order, each with its running balances, up to and including it. There are two
 * kinds: a bank account's transactions and a budget's entries. A chain is kept in blocks of two days, so that a change of
 * the past touches few rows: an entry holds its balance within its block, and the block what it begins with.
 * docs/domain.md explains both; this file says in SQL what they are made of, and all that the ledger knows of the tables'
 * columns. Nobody else reads or writes those of the balances, but through what is here.
 */

/** A running balance of a chain. */
export interface RunningBalance {
  /** The name under which an entry's balance is read: a snapshot. */
  readonly snapshot: string;
  /** The column of the entry with what the block's entries add up to, up to and including it. */
  readonly column: string;
  /** The column of the block with the balance before its first entry. */
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
  /** The table of the blocks, which are told apart by owner and `starts_at`. */
  readonly blocks: string;
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
  blocks: 'account_blocks',
  owners: 'bank_accounts',
  owner: 'bank_account_id',
  instant: 'transaction_date',
  tieBreakers: ['sequence'],
  drawn: { sequence: `nextval('transactions_sequence_seq')` },
  pending: 'pending',
  balances: [
    {
      snapshot: 'bank_account_available_balance',
      column: 'available_in_block',
      opening: 'opening_available',
      total: 'available_balance',
      added: (entry) => `${entry}.amount`,
      initial: (owner) => `(SELECT account.opening_available FROM bank_accounts account WHERE account.id = ${owner})`,
    },
    {
      snapshot: 'bank_account_posted_balance',
      column: 'posted_in_block',
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
  blocks: 'budget_blocks',
  owners: 'budgets',
  owner: 'budget_id',
  instant: 'instant',
  tieBreakers: ['kind', 'position'],
  drawn: {},
  balances: [
    {
      snapshot: 'balance',
      column: 'balance_in_block',
      opening: 'opening_balance',
      total: 'balance',
      added: (entry) => `${entry}.amount`,
      // Unallocated begins with what the account held, every other budget with nothing.
      initial: (owner) => `(SELECT CASE WHEN budget.is_unallocated THEN account.opening_available ELSE 0 END
        FROM budgets budget JOIN bank_accounts account ON account.id = budget.bank_account_id WHERE budget.id = ${owner})`,
    },
  ],
};

/** SQL for when the block of an instant starts: the database says how long blocks are. */
export function blockStartSql(instant: string): string {
  return `balance_block_start(${instant})`;
}

/** SQL for when the block of an instant is over, which is when the next one may start. */
export function blockEndSql(instant: string): string {
  return `balance_block_end(${instant})`;
}

/** SQL for a SELECT list of an entry's snapshots; needs `blockOf` after FROM. */
export function snapshotsSql({ balances }: Chain, entry: string): string {
  return balances.map(({ snapshot, opening, column }) => `${entry}_block.${opening} + ${entry}.${column} AS ${snapshot}`).join(', ');
}

/** SQL that joins an entry's block to it: one look at an index for each row, so it belongs to the rows of a page only. */
export function blockOf({ blocks, owner, instant, balances }: Chain, entry: string): string {
  return `LEFT JOIN LATERAL (
    SELECT ${balances.map(({ opening }) => `k.${opening}`).join(', ')} FROM ${blocks} k
    WHERE k.${owner} = ${entry}.${owner} AND k.starts_at = ${blockStartSql(`${entry}.${instant}`)} LIMIT 1
  ) ${entry}_block ON true`;
}
