import { parametersOf, rowsOfParametersSql, writtenNames, type Columns, type NewRowOf } from '../db/columns.ts';
import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { slicesOf } from '../steps.ts';
import { addedSql, addedTo, orderSql, placeSql, type Chain } from './chain.ts';
import type { EntryNoun } from './chain-writes.ts';
import type { LockedBankAccount } from './lock-bank-account.ts';
import { recomputation } from './recompute-chain.ts';

/** What each entry of a batch brings for the ledger. */
interface BatchEntry {
  readonly budget_id: string;
  readonly instant: Date;
}

/**
 * Declares how any number of a noun's entries are put into budgets' chains at once: all of them are inserted, some at a time,
 * with the snapshots of what was there before and of those beside them; then each chain is recomputed once from its first new
 * entry, because what stood there moves by what was put before it.
 * @returns a function that inserts rows in the order of their creation, any number for each chain
 */
export function batchInsertion<Declared extends Columns>(
  chain: Chain,
  { columns, counter }: Omit<EntryNoun<Declared>, 'alongside'>,
): (tx: Tx, account: LockedBankAccount, rows: readonly (NewRowOf<Declared> & BatchEntry)[]) => Promise<void> {
  const written = ['bank_account_id', ...writtenNames(columns)];
  const recompute = recomputation(chain);
  const sums = chain.balances.map((balance) => `sum(n.${addedTo(balance)}) OVER (PARTITION BY n.${chain.owner} ORDER BY ${orderSql(chain, 'n')} ROWS UNBOUNDED PRECEDING) AS ${balance.column}_sum`);
  const insertStatement = statement<object>(`
WITH new AS (
  SELECT n.*, ${sums.join(', ')} FROM (SELECT n.*, $1::uuid AS bank_account_id, ${addedSql(chain, 'n')} FROM ${rowsOfParametersSql(columns, 2)}) n
)
INSERT INTO ${chain.entries} (${[...written, ...chain.balances.map(({ column }) => column)].join(', ')})
SELECT ${written.map((column) => `n.${column}`).join(', ')}, ${chain.balances
    .map(({ column, opening }) => `n.${column}_sum + coalesce(p.${column}, ${opening(`n.${chain.owner}`)})`)
    .join(', ')}
FROM new n LEFT JOIN LATERAL (
  SELECT * FROM ${chain.entries} p WHERE p.${chain.owner} = n.${chain.owner} AND ${placeSql(chain, 'p')} < ${placeSql(chain, 'n')}
  ORDER BY ${orderSql(chain, 'p', 'DESC')} LIMIT 1
) p ON true
ORDER BY n.ordinal`);
  const countStatement = statement<object>(`
UPDATE ${chain.owners} o SET ${counter} = o.${counter} + n.entries
FROM unnest($1::uuid[], $2::int[]) AS n (id, entries) WHERE o.id = n.id`);
  return async (tx, account, rows) => {
    if (rows.length === 0) return;
    for (const slice of slicesOf(rows)) await tx.rows(insertStatement, [account.id, ...parametersOf(columns, slice)]);
    const starts = new Map<string, Date>();
    const counts = new Map<string, number>();
    for (const { budget_id: budgetId, instant } of rows) {
      const start = starts.get(budgetId);
      if (start === undefined || instant < start) starts.set(budgetId, instant);
      counts.set(budgetId, (counts.get(budgetId) ?? 0) + 1);
    }
    await recompute(tx, starts);
    await tx.rows(countStatement, [[...counts.keys()], [...counts.values()]]);
  };
}
