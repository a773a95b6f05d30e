/**
 * What keeps chains: an entry that comes, changes or goes moves the later running balances of its block by one amount, and
 * the openings of all later blocks of its chain. One statement whatever the number of chains, never a loop over rows, never
 * a re-read of history; at the end of a chain nothing comes later, so that an append touches no other row. Postgres applies
 * only one of two updates to the same row within one statement, silently: therefore one call takes at most one entry of each
 * chain, and a batch is inserted first and then recomputed (`entry-batch.ts`).
 *
 * The nouns bring the columns that the ledger does not know, and what their own statements write with them.
 */
import { parametersOf, rowsOfParametersSql, selectSql, writtenNames, type Columns, type NewRowOf, type RowOf } from '../db/columns.ts';
import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { blockStartSql, type Chain, type Snapshots } from './chain.ts';
import { addedSql, addedTo, eachBalance, inBlockOf, lastEntrySql, placeSql, shiftSql, totalsSql } from './chain-sql.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';

/** How a noun writes its entries. */
export interface EntryNoun<Declared extends Columns> {
  /** Its columns; `bank_account_id` is the locked account's, and the running balances are the ledger's. */
  readonly columns: Declared;
  /** The column of the chain's owner that counts such entries. */
  readonly counter: string;
  /** SQL for more CTEs of the statement, about the rows of the CTE that the function names. */
  readonly alongside?: string;
}

/**
 * Declares how a noun's entries are put into their chains, and their amounts onto the totals.
 * @param noun its `alongside` finds the new rows in `new`
 * @returns a function that inserts rows, at most one for each chain, and returns them with their snapshots, in no order
 */
export function insertion<Declared extends Columns, Snapshot extends Snapshots>(
  chain: Chain<Snapshot>,
  { columns, counter, alongside }: EntryNoun<Declared>,
): (tx: Tx, account: LockedBankAccount, rows: readonly NewRowOf<Declared>[]) => Promise<(RowOf<Declared> & Snapshot)[]> {
  const { entries, blocks, owner, instant } = chain;
  const drawn = Object.entries(chain.drawn);
  const written = ['bank_account_id', ...writtenNames(columns), ...drawn.map(([column]) => column)];
  const startsAt = blockStartSql(`n.${instant}`);
  const prepared = statement<RowOf<Declared> & Snapshot>(`
WITH new AS (
  SELECT n.*, $1::uuid AS bank_account_id, ${[...drawn.map(([column, sql]) => `${sql} AS ${column}`), addedSql(chain, 'n')].join(', ')}
  FROM ${rowsOfParametersSql(columns, 2)}
),
block AS MATERIALIZED (
  SELECT n.${owner}, ${startsAt} AS starts_at, k.starts_at IS NULL AS is_new,
    ${eachBalance(chain, ({ snapshot, opening, initial }) => `coalesce(k.${opening}, before.${snapshot}, ${initial(`n.${owner}`)}) AS ${opening}`)}
  FROM new n LEFT JOIN ${blocks} k ON k.${owner} = n.${owner} AND k.starts_at = ${startsAt}
  ${lastEntrySql(chain, `n.${owner}`, `k.starts_at IS NULL AND p.${instant} < ${startsAt}`, 'before', true)}
),
new_blocks AS (
  INSERT INTO ${blocks} (${owner}, starts_at, ${eachBalance(chain, ({ opening }) => opening)})
  SELECT ${owner}, starts_at, ${eachBalance(chain, ({ opening }) => opening)} FROM block WHERE is_new
),
${[shiftSql(chain, 'new', '+'), totalsSql(chain, 'new', '+', counter), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
INSERT INTO ${entries} AS e (${[...written, ...chain.balances.map(({ column }) => column)].join(', ')})
SELECT ${written.map((column) => `n.${column}`).join(', ')}, ${eachBalance(chain, (balance) => `coalesce(p.${balance.column}, 0) + n.${addedTo(balance)}`)}
FROM new n
${lastEntrySql(chain, `n.${owner}`, `${placeSql(chain, 'p')} < ${placeSql(chain, 'n')} AND p.${instant} >= ${startsAt}`, 'p', false)}
RETURNING ${selectSql(columns, 'e')}, ${eachBalance(
    chain,
    ({ snapshot, opening, column }) => `(SELECT b.${opening} FROM block b WHERE b.${owner} = e.${owner}) + e.${column} AS ${snapshot}`,
  )}`);
  return async (tx, account, rows) => {
    requireOnePerChain(rows.map((row: Readonly<Record<string, unknown>>) => row[chain.owner] ?? account.id));
    return rows.length === 0 ? [] : tx.rows(prepared, [account.id, ...parametersOf(columns, rows)]);
  };
}

/**
 * Declares how a noun's entries are taken out of their chains, and their amounts off the totals.
 * @param noun its `alongside` finds the rows that went in `gone`
 * @returns a function that removes entries, at most one from each chain, and says how many there were
 */
export function removal(
  chain: Chain,
  { counter, alongside }: Omit<EntryNoun<Columns>, 'columns'>,
): (tx: Tx, account: LockedBankAccount, entries: readonly { id: string; ownerId: string }[]) => Promise<void> {
  const prepared = statement<object>(`
WITH gone AS (
  DELETE FROM ${chain.entries} e WHERE e.id = ANY($1::uuid[]) AND e.bank_account_id = $2 RETURNING e.*, ${addedSql(chain, 'e')}
),
emptied AS (
  DELETE FROM ${chain.blocks} k USING gone g WHERE k.${chain.owner} = g.${chain.owner} AND k.starts_at = ${blockStartSql(`g.${chain.instant}`)}
    AND NOT EXISTS (SELECT FROM ${chain.entries} e WHERE ${inBlockOf(chain, 'e', `g.${chain.owner}`, `g.${chain.instant}`)} AND e.id <> g.id)
),
${[shiftSql(chain, 'gone', '-'), totalsSql(chain, 'gone', '-', counter), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
SELECT FROM gone`);
  return async (tx, account, entries) => {
    requireOnePerChain(entries.map(({ ownerId }) => ownerId));
    if (entries.length > 0) await tx.rows(prepared, [entries.map(({ id }) => id), account.id]);
  };
}

/** Makes sure that a statement takes at most one entry of each chain. */
export function requireOnePerChain(owners: readonly unknown[]): void {
  if (new Set(owners).size !== owners.length) throw new Error('one statement can change only one entry of a chain');
}
