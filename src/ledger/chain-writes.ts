/**
 * What keeps chains: an entry that comes or goes moves the later entries of its day by one amount, the later days of its month
 * and all later months of its chain. One statement whatever the number of chains, never a loop over rows, never
 * a re-read of history; at the end of a chain nothing comes later, so that an append touches no other row. Postgres applies
 * only one of two updates to the same row within one statement, silently: therefore one call takes at most one entry of each
 * chain, and a batch is inserted first and then recomputed (`entry-batch.ts`).
 *
 * The nouns bring the columns that the ledger does not know, and what their own statements write with them.
 */
import { parametersOf, rowOfParametersSql, rowsOfParametersSql, selectSql, valuesOf, writtenNames, type Columns, type NewRowOf, type RowOf } from '../db/columns.ts';
import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { dayOf, monthOf, type Chain, type Snapshots } from './chain.ts';
import { addedSql, addedTo, eachBalance, lastEntrySql, newDaysSql, placeSql, shiftSql, spans, startOfDay, totalsSql } from './chain-sql.ts';
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
  noun: EntryNoun<Declared>,
): (tx: Tx, account: LockedBankAccount, rows: readonly NewRowOf<Declared>[]) => Promise<(RowOf<Declared> & Snapshot)[]> {
  const { columns } = noun;
  const insertOne = query<RowOf<Declared> & Snapshot>(insertSql(chain, noun, rowOfParametersSql(columns, 2)));
  const insertSeveral = query<RowOf<Declared> & Snapshot>(insertSql(chain, noun, rowsOfParametersSql(columns, 2)));
  return async (tx, account, rows) => {
    requireOnePerChain(rows.map((row: Readonly<Record<string, unknown>>) => row[chain.owner] ?? account.id));
    const [first, ...others] = rows;
    if (!first) return [];
    return others.length === 0
      ? tx.rows(insertOne, [account.id, ...valuesOf(columns, first)])
      : tx.rows(insertSeveral, [account.id, ...parametersOf(columns, rows)]);
  };
}

/** SQL that inserts the rows of `rows`, which come as `n`; $1 is the account. */
function insertSql<Declared extends Columns>(chain: Chain, { columns, counter, alongside }: EntryNoun<Declared>, rows: string): string {
  const { entries, days, months, owner, instant } = chain;
  const drawn = Object.entries(chain.drawn);
  const written = ['bank_account_id', ...writtenNames(columns), ...drawn.map(([column]) => column)];
  const when = `n.${instant}`;
  return `
WITH new AS (
  SELECT n.*, $1::uuid AS bank_account_id, ${[...drawn.map(([column, sql]) => `${sql} AS ${column}`), addedSql(chain, 'n')].join(', ')}
  FROM ${rows}
),
start AS MATERIALIZED (
  SELECT n.${owner}, ${dayOf(when)} AS day, ${monthOf(when)} AS month, d.day IS NULL AS is_new_day, m.month IS NULL AS is_new_month,
    ${eachBalance(
      chain,
      ({ snapshot, opening, inMonth, inDay, initial }) => `coalesce(m.${opening}, before.${snapshot}, ${initial(`n.${owner}`)}) AS ${opening},
    coalesce(d.${inMonth}, CASE WHEN ${monthOf(`before.${instant}`)} = ${monthOf(when)} THEN before.${inMonth} + before.${inDay} END, 0) AS ${inMonth}`,
    )}
  FROM new n
  LEFT JOIN ${days} d ON d.${owner} = n.${owner} AND d.day = ${dayOf(when)}
  LEFT JOIN ${months} m ON m.${owner} = n.${owner} AND m.month = ${monthOf(when)}
  ${lastEntrySql(chain, `n.${owner}`, `d.day IS NULL AND p.${instant} < ${startOfDay(when)}`, 'before', true)}
),
${[newDaysSql(chain), shiftSql(chain, 'new', '+'), totalsSql(chain, 'new', '+', counter), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
INSERT INTO ${entries} AS e (${[...written, ...chain.balances.map(({ inDay }) => inDay)].join(', ')})
SELECT ${written.map((column) => `n.${column}`).join(', ')}, ${eachBalance(chain, (balance) => `coalesce(p.${balance.inDay}, 0) + n.${addedTo(balance)}`)}
FROM new n
${lastEntrySql(chain, `n.${owner}`, `${placeSql(chain, 'p')} < ${placeSql(chain, 'n')} AND p.${instant} >= ${startOfDay(when)}`, 'p', false)}
RETURNING ${selectSql(columns, 'e')}, ${eachBalance(
    chain,
    ({ snapshot, opening, inMonth, inDay }) => `(SELECT s.${opening} + s.${inMonth} FROM start s WHERE s.${owner} = e.${owner}) + e.${inDay} AS ${snapshot}`,
  )}`;
}

/**
 * Declares how a noun's entries are taken out of their chains, and their amounts off the totals.
 * @param noun its `alongside` finds the rows that went in `gone`
 * @returns a function that removes entries, at most one from each chain
 */
export function removal(
  chain: Chain,
  { counter, alongside }: Omit<EntryNoun<Columns>, 'columns'>,
): (tx: Tx, account: LockedBankAccount, entries: readonly { id: string; ownerId: string }[]) => Promise<void> {
  const prepared = query<object>(`
WITH gone AS (
  DELETE FROM ${chain.entries} e WHERE e.id = ANY($1::uuid[]) AND e.bank_account_id = $2 RETURNING e.*, ${addedSql(chain, 'e')}
),
emptied_days AS (
  DELETE FROM ${chain.days} d USING gone g WHERE d.${chain.owner} = g.${chain.owner} AND d.day = ${dayOf(`g.${chain.instant}`)}
    AND NOT EXISTS (SELECT FROM ${chain.entries} e WHERE ${spans.entriesOfDay(chain, 'e', `g.${chain.owner}`, `g.${chain.instant}`)} AND e.id <> g.id)
),
emptied_months AS (
  DELETE FROM ${chain.months} m USING gone g WHERE m.${chain.owner} = g.${chain.owner} AND m.month = ${monthOf(`g.${chain.instant}`)}
    AND NOT EXISTS (SELECT FROM ${chain.entries} e WHERE ${spans.entriesOfMonth(chain, 'e', `g.${chain.owner}`, `g.${chain.instant}`)} AND e.id <> g.id)
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
