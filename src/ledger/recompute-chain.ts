import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { blockStartSql, type Chain } from './chain.ts';
import { addedSql, addedTo, eachBalance, lastEntrySql, orderSql } from './chain-sql.ts';
import { planOverIndexes } from './plan-over-indexes.ts';

/**
 * Declares how chains are made anew from an instant on, with one window-function statement for all of them: entries, blocks
 * and the totals with them. Each chain is reached over its index, and each wrong row by its key. The blocks of a chain that
 * has entries without one are made, and those without an entry go.
 * @returns a function that takes, for each owner, the instant from whose block on anything may be wrong (null: everything),
 *   and returns how many entries had a wrong running balance, in themselves or by their block
 */
export function recomputation(chain: Chain): (tx: Tx, starts: ReadonlyMap<string, Date | null>) => Promise<number> {
  const { entries, blocks, owner, instant, balances, owners, follows } = chain;
  const openings = eachBalance(chain, ({ opening }) => opening);
  const assignments = balances.flatMap(({ column, total }) => [`${total} = t.${column}`, ...(follows ? [follows('o', `t.${column}`)] : [])]);
  const prepared = statement<{ entries: string }>(`
WITH start AS MATERIALIZED (
  SELECT s.${owner}, s.starts_at, ${eachBalance(chain, ({ snapshot, opening, initial }) => `coalesce(p.${snapshot}, ${initial(`s.${owner}`)}) AS ${opening}`)}
  FROM (
    SELECT s.${owner}, coalesce(${blockStartSql('s.instant')}, '-infinity') AS starts_at FROM unnest($1::uuid[], $2::timestamptz[]) AS s (${owner}, instant)
  ) s
  ${lastEntrySql(chain, `s.${owner}`, `p.${instant} < s.starts_at`, 'p', true)}
),
chain AS MATERIALIZED (
  SELECT e.id, e.${owner}, e.starts_at, ${eachBalance(chain, (balance) => `e.${balance.column} AS stored_${balance.column}, e.${addedTo(balance)},
    sum(e.${addedTo(balance)}) OVER (PARTITION BY e.${owner}, e.starts_at ORDER BY ${orderSql(chain, 'e')} ROWS UNBOUNDED PRECEDING) AS ${balance.column}`)}
  FROM start s CROSS JOIN LATERAL (
    SELECT e.*, ${blockStartSql(`e.${instant}`)} AS starts_at, ${addedSql(chain, 'e')} FROM ${entries} e WHERE e.${owner} = s.${owner} AND e.${instant} >= s.starts_at
  ) e
),
summed AS MATERIALIZED (
  SELECT c.${owner}, c.starts_at, count(*) AS entries, count(*) FILTER (WHERE ${eachBalance(chain, ({ column }) => `c.stored_${column} <> c.${column}`, ' OR ')}) AS wrong,
    ${eachBalance(chain, (balance) => `sum(c.${addedTo(balance)}) AS ${addedTo(balance)}`)}
  FROM chain c GROUP BY c.${owner}, c.starts_at
),
block AS MATERIALIZED (
  SELECT b.*, ${eachBalance(chain, (balance) => `s.${balance.opening}
    + coalesce(sum(b.${addedTo(balance)}) OVER (PARTITION BY b.${owner} ORDER BY b.starts_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS ${balance.opening}`)}
  FROM summed b JOIN start s ON s.${owner} = b.${owner}
),
wrong_block AS MATERIALIZED (
  SELECT b.* FROM block b LEFT JOIN ${blocks} k ON k.${owner} = b.${owner} AND k.starts_at = b.starts_at
  WHERE ${eachBalance(chain, ({ opening }) => `k.${opening} IS DISTINCT FROM b.${opening}`, ' OR ')}
),
corrected AS (
  UPDATE ${entries} e SET ${eachBalance(chain, ({ column }) => `${column} = c.${column}`)}
  FROM chain c WHERE e.id = c.id AND (${eachBalance(chain, ({ column }) => `c.stored_${column} <> c.${column}`, ' OR ')})
),
corrected_blocks AS (
  INSERT INTO ${blocks} AS k (${owner}, starts_at, ${openings}) SELECT ${owner}, starts_at, ${openings} FROM wrong_block
  ON CONFLICT (${owner}, starts_at) DO UPDATE SET ${eachBalance(chain, ({ opening }) => `${opening} = excluded.${opening}`)}
),
emptied AS (
  DELETE FROM ${blocks} k USING start s
  WHERE k.${owner} = s.${owner} AND k.starts_at >= s.starts_at AND (k.${owner}, k.starts_at) NOT IN (SELECT b.${owner}, b.starts_at FROM summed b)
  RETURNING k.starts_at
),
totals AS (
  UPDATE ${owners} o SET ${assignments.join(', ')}
  FROM (
    SELECT s.${owner}, ${eachBalance(chain, (balance) => `s.${balance.opening} + coalesce(sum(b.${addedTo(balance)}), 0) AS ${balance.column}`)}
    FROM start s LEFT JOIN summed b ON b.${owner} = s.${owner} GROUP BY s.${owner}, ${eachBalance(chain, ({ opening }) => `s.${opening}`)}
  ) t
  WHERE o.id = t.${owner}
)
SELECT (SELECT coalesce(sum(b.wrong), 0) FROM summed b)
  + (SELECT coalesce(sum(b.entries - b.wrong), 0) FROM wrong_block b) + (SELECT count(*) FROM emptied) AS entries`);
  return async (tx, starts) => {
    if (starts.size === 0) return 0;
    await planOverIndexes(tx);
    const answer = await tx.row(prepared, [[...starts.keys()], [...starts.values()]]);
    return Number(answer?.entries ?? 0);
  };
}
