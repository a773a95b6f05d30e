/**
 * What keeps chains: an entry that comes, changes or goes shifts the later running balances of its chain by one amount,
 * over the chain's index. One statement whatever the number of chains, never a loop over rows, never a re-read of history;
 * at the end of a chain nothing comes later, so that an append touches no other entry. Postgres applies only one of two
 * updates to the same row within one statement, silently: therefore one call takes at most one entry of each chain, and a
 * batch is inserted first and then recomputed (`entry-batch.ts`).
 *
 * The nouns bring the columns that the ledger does not know, and what their own statements write with them.
 */
import { parametersOf, rowsOfParametersSql, selectSql, writtenNames, type Columns, type NewRowOf, type RowOf } from '../db/columns.ts';
import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { Decimal } from '../money.ts';
import { addedSql, addedTo, orderSql, placeSql, shiftSql, snapshotsSql, totalsSql, type Chain, type Snapshots } from './chain.ts';
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
  const drawn = Object.entries(chain.drawn);
  const written = ['bank_account_id', ...writtenNames(columns), ...drawn.map(([column]) => column)];
  const prepared = statement<RowOf<Declared> & Snapshot>(`
WITH new AS (
  SELECT n.*, $1::uuid AS bank_account_id, ${[...drawn.map(([column, sql]) => `${sql} AS ${column}`), addedSql(chain, 'n')].join(', ')}
  FROM ${rowsOfParametersSql(columns, 2)}
),
later AS (
  UPDATE ${chain.entries} e SET ${shiftSql(chain, 'e', 'n', '+')}
  FROM new n WHERE e.${chain.owner} = n.${chain.owner} AND ${placeSql(chain, 'e')} > ${placeSql(chain, 'n')}
),
${[totalsSql(chain, 'new', '+', counter), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
INSERT INTO ${chain.entries} AS e (${[...written, ...chain.balances.map(({ column }) => column)].join(', ')})
SELECT ${written.map((column) => `n.${column}`).join(', ')}, ${chain.balances
    .map((balance) => `coalesce(p.${balance.column}, ${balance.opening(`n.${chain.owner}`)}) + n.${addedTo(balance)}`)
    .join(', ')}
FROM new n LEFT JOIN LATERAL (
  SELECT * FROM ${chain.entries} p WHERE p.${chain.owner} = n.${chain.owner} AND ${placeSql(chain, 'p')} < ${placeSql(chain, 'n')}
  ORDER BY ${orderSql(chain, 'p', 'DESC')} LIMIT 1
) p ON true
RETURNING ${selectSql(columns, 'e')}, ${snapshotsSql(chain, 'e')}`);
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
later AS (
  UPDATE ${chain.entries} e SET ${shiftSql(chain, 'e', 'g', '-')}
  FROM gone g WHERE e.${chain.owner} = g.${chain.owner} AND ${placeSql(chain, 'e')} > ${placeSql(chain, 'g')}
),
${[totalsSql(chain, 'gone', '-', counter), ...(alongside === undefined ? [] : [alongside])].join(',\n')}
SELECT FROM gone`);
  return async (tx, account, entries) => {
    requireOnePerChain(entries.map(({ ownerId }) => ownerId));
    if (entries.length > 0) await tx.rows(prepared, [entries.map(({ id }) => id), account.id]);
  };
}

/** What becomes of an entry that stays where it is; what is undefined stays as it is. */
export interface EntryChange {
  id: string;
  ownerId: string;
  amount?: Decimal;
  /** Of a transaction only. */
  pending?: boolean;
}

/**
 * Declares how entries change where they stand: their own and all later running balances move by the difference.
 * @returns a function that changes entries, at most one of each chain
 */
export function changing(chain: Chain): (tx: Tx, account: LockedBankAccount, changes: readonly EntryChange[], now: Date) => Promise<void> {
  const changeable = chain.pending === undefined ? ['amount'] : ['amount', chain.pending];
  const prepared = statement<object>(`
WITH changed AS (
  SELECT e.id, ${[chain.owner, chain.instant, ...chain.tieBreakers].map((column) => `e.${column}`).join(', ')}, n.*,
    ${chain.balances.map((balance) => `${balance.added('n')} - ${balance.added('e')} AS ${addedTo(balance)}`).join(', ')}
  FROM unnest($2::uuid[], $3::numeric[], $4::boolean[]) AS c (id, amount, pending)
  JOIN ${chain.entries} e ON e.id = c.id AND e.bank_account_id = $1
  CROSS JOIN LATERAL (SELECT ${changeable.map((column) => `coalesce(c.${column}, e.${column}) AS ${column}`).join(', ')}) n
),
${totalsSql(chain, 'changed', '+')}
UPDATE ${chain.entries} e SET ${shiftSql(chain, 'e', 'c', '+')},
  ${changeable.map((column) => `${column} = CASE WHEN e.id = c.id THEN c.${column} ELSE e.${column} END`).join(', ')},
  modified_at = CASE WHEN e.id = c.id THEN $5 ELSE e.modified_at END
FROM changed c WHERE e.${chain.owner} = c.${chain.owner} AND ${placeSql(chain, 'e')} >= ${placeSql(chain, 'c')}`);
  return async (tx, account, changes, now) => {
    requireOnePerChain(changes.map(({ ownerId }) => ownerId));
    if (changes.length === 0) return;
    const amounts = changes.map(({ amount }) => amount?.toFixed() ?? null);
    await tx.rows(prepared, [account.id, changes.map(({ id }) => id), amounts, changes.map(({ pending }) => pending ?? null), now]);
  };
}

function requireOnePerChain(owners: readonly unknown[]): void {
  if (new Set(owners).size !== owners.length) throw new Error('one statement can change only one entry of a chain');
}
