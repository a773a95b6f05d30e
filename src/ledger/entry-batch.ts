import { parametersOf, rowsOfParametersSql, writtenNames, type Columns, type NewRowOf } from '../db/columns.ts';
import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { slicesOf } from '../steps.ts';
import { dayOf, type Chain } from './chain.ts';
import { addedSql, addedTo, eachBalance, lastEntrySql, orderSql, placeSql, startOfDay } from './chain-sql.ts';
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
 * with what their days had before them and those beside them; then each chain is recomputed once from its first new
 * entry, for what stood there, and for the days and months.
 * @returns a function that inserts rows in the order of their creation, any number for each chain
 */
export function batchInsertion<Declared extends Columns>(
  chain: Chain,
  { columns, counter }: Omit<EntryNoun<Declared>, 'alongside'>,
): (tx: Tx, account: LockedBankAccount, rows: readonly (NewRowOf<Declared> & BatchEntry)[]) => Promise<void> {
  const { owner, instant } = chain;
  const written = ['bank_account_id', ...writtenNames(columns)];
  const recompute = recomputation(chain);
  const sums = eachBalance(
    chain,
    (balance) => `sum(n.${addedTo(balance)}) OVER (PARTITION BY n.${owner}, ${dayOf(`n.${instant}`)} ORDER BY ${orderSql(chain, 'n')} ROWS UNBOUNDED PRECEDING) AS ${balance.inDay}`,
  );
  const insertQuery = query<object>(`
WITH new AS (
  SELECT n.*, ${sums} FROM (SELECT n.*, $1::uuid AS bank_account_id, ${addedSql(chain, 'n')} FROM ${rowsOfParametersSql(columns, 2)}) n
)
INSERT INTO ${chain.entries} (${[...written, ...chain.balances.map(({ inDay }) => inDay)].join(', ')})
SELECT ${written.map((column) => `n.${column}`).join(', ')}, ${eachBalance(chain, ({ inDay }) => `coalesce(p.${inDay}, 0) + n.${inDay}`)}
FROM new n
${lastEntrySql(chain, `n.${owner}`, `${placeSql(chain, 'p')} < ${placeSql(chain, 'n')} AND p.${instant} >= ${startOfDay(`n.${instant}`)}`, 'p', false)}
ORDER BY n.ordinal`);
  const countQuery = query<object>(`
UPDATE ${chain.owners} o SET ${counter} = o.${counter} + n.entries
FROM unnest($1::uuid[], $2::int[]) AS n (id, entries) WHERE o.id = n.id`);
  return async (tx, account, rows) => {
    if (rows.length === 0) return;
    for (const slice of slicesOf(rows)) await tx.rows(insertQuery, [account.id, ...parametersOf(columns, slice)]);
    const starts = new Map<string, Date>();
    const counts = new Map<string, number>();
    for (const { budget_id: budgetId, instant } of rows) {
      const start = starts.get(budgetId);
      if (start === undefined || instant < start) starts.set(budgetId, instant);
      counts.set(budgetId, (counts.get(budgetId) ?? 0) + 1);
    }
    await recompute(tx, starts);
    await tx.rows(countQuery, [[...counts.keys()], [...counts.values()]]);
  };
}
