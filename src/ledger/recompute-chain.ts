import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { addedSql, addedTo, orderSql, type Chain } from './chain.ts';
import { planOverIndexes } from './plan-over-indexes.ts';

/**
 * Declares how chains are made anew from an instant on, with one window-function statement for all of them, and the totals
 * with them. Each chain is reached over its index, and each wrong row by its id.
 * @returns a function that takes, for each owner, the instant from which entries may be wrong (null: all of them), and
 *   returns how many entries had a wrong running balance
 */
export function recomputation(chain: Chain): (tx: Tx, starts: ReadonlyMap<string, Date | null>) => Promise<number> {
  const { entries, owner, instant, balances, owners, follows } = chain;
  const assignments = balances.flatMap(({ column, total }) => [`${total} = t.${column}`, ...(follows ? [follows('o', `t.${column}`)] : [])]);
  const prepared = statement<{ entries: string }>(`
WITH start AS MATERIALIZED (
  SELECT s.${owner}, s.instant, ${balances.map(({ column, opening }) => `coalesce(p.${column}, ${opening(`s.${owner}`)}) AS ${column}`).join(', ')}
  FROM (SELECT s.${owner}, coalesce(s.instant, '-infinity') AS instant FROM unnest($1::uuid[], $2::timestamptz[]) AS s (${owner}, instant)) s
  LEFT JOIN LATERAL (
    SELECT * FROM ${entries} p WHERE p.${owner} = s.${owner} AND p.${instant} < s.instant ORDER BY ${orderSql(chain, 'p', 'DESC')} LIMIT 1
  ) p ON true
),
chain AS MATERIALIZED (
  SELECT e.id, e.${owner}, ${balances.map(({ column }) => `e.${column} AS stored_${column}, s.${column} + e.${column}_sum AS ${column}`).join(', ')}
  FROM start s CROSS JOIN LATERAL (
    SELECT e.*, ${balances.map((balance) => `sum(e.${addedTo(balance)}) OVER (ORDER BY ${orderSql(chain, 'e')} ROWS UNBOUNDED PRECEDING) AS ${balance.column}_sum`).join(', ')}
    FROM (SELECT e.*, ${addedSql(chain, 'e')} FROM ${entries} e WHERE e.${owner} = s.${owner} AND e.${instant} >= s.instant) e
  ) e
),
corrected AS (
  UPDATE ${entries} e SET ${balances.map(({ column }) => `${column} = c.${column}`).join(', ')}
  FROM chain c WHERE e.id = c.id AND (${balances.map(({ column }) => `c.stored_${column} <> c.${column}`).join(' OR ')}) RETURNING e.id
),
totals AS (
  UPDATE ${owners} o SET ${assignments.join(', ')}
  FROM (
    SELECT s.${owner}, ${balances.map((balance) => `s.${balance.column} + coalesce(sum(e.${addedTo(balance)}), 0) AS ${balance.column}`).join(', ')}
    FROM start s LEFT JOIN LATERAL (
      SELECT ${addedSql(chain, 'e')} FROM ${entries} e WHERE e.${owner} = s.${owner} AND e.${instant} >= s.instant
    ) e ON true GROUP BY s.${owner}, ${balances.map(({ column }) => `s.${column}`).join(', ')}
  ) t
  WHERE o.id = t.${owner}
)
SELECT count(*) AS entries FROM corrected`);
  return async (tx, starts) => {
    if (starts.size === 0) return 0;
    await planOverIndexes(tx);
    const answer = await tx.row(prepared, [[...starts.keys()], [...starts.values()]]);
    return Number(answer?.entries ?? 0);
  };
}
