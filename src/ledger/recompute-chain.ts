import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { dayOf, monthOf, type Chain, type RunningBalance } from './chain.ts';
import { addedSql, addedTo, eachBalance, lastEntrySql, orderSql } from './chain-sql.ts';
import { planOverIndexes } from './plan-over-indexes.ts';

/**
 * Declares how chains are made anew from an instant on, with one window-function statement for all of them: entries, days,
 * months, and the totals with them. Each chain is reached over its index, and each wrong row by its key. Days and months that
 * are missing are made, and those without an entry go.
 * @returns a function that takes, for each owner, the instant from whose month on anything may be wrong (null: everything),
 *   and returns how many entries had a wrong running balance, in themselves or by their day or month
 */
export function recomputation(chain: Chain): (tx: Tx, starts: ReadonlyMap<string, Date | null>) => Promise<number> {
  const { entries, days, months, owner, instant, balances, owners, follows } = chain;
  const assignments = balances.flatMap((balance) => [`${balance.total} = t.${addedTo(balance)}`, ...(follows ? [follows('o', `t.${addedTo(balance)}`)] : [])]);
  const isWrongEntry = eachBalance(chain, ({ inDay }) => `c.stored_${inDay} <> c.${inDay}`, ' OR ');
  /** What comes before each row of a group. */
  const sumBefore = (balance: RunningBalance, group: string, order: string): string =>
    `coalesce(sum(b.${addedTo(balance)}) OVER (PARTITION BY ${group} ORDER BY b.${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`;
  const prepared = query<{ entries: string }>(`
WITH start AS MATERIALIZED (
  SELECT s.${owner}, s.month, ${eachBalance(chain, ({ snapshot, opening, initial }) => `coalesce(p.${snapshot}, ${initial(`s.${owner}`)}) AS ${opening}`)}
  FROM (SELECT s.${owner}, coalesce(${monthOf('s.instant')}, '-infinity') AS month FROM unnest($1::uuid[], $2::timestamptz[]) AS s (${owner}, instant)) s
  ${lastEntrySql(chain, `s.${owner}`, `p.${instant} < s.month::timestamp AT TIME ZONE 'UTC'`, 'p', true)}
),
chain AS MATERIALIZED (
  SELECT e.id, e.${owner}, e.day, ${eachBalance(chain, (balance) => `e.${balance.inDay} AS stored_${balance.inDay}, e.${addedTo(balance)},
    sum(e.${addedTo(balance)}) OVER (PARTITION BY e.${owner}, e.day ORDER BY ${orderSql(chain, 'e')} ROWS UNBOUNDED PRECEDING) AS ${balance.inDay}`)}
  FROM start s CROSS JOIN LATERAL (
    SELECT e.*, ${dayOf(`e.${instant}`)} AS day, ${addedSql(chain, 'e')} FROM ${entries} e
    WHERE e.${owner} = s.${owner} AND e.${instant} >= s.month::timestamp AT TIME ZONE 'UTC'
  ) e
),
day AS MATERIALIZED (
  SELECT b.*, ${eachBalance(chain, (balance) => `${sumBefore(balance, `b.${owner}, b.month`, 'day')} AS ${balance.inMonth}`)}
  FROM (
    SELECT c.${owner}, c.day, date_trunc('month', c.day::timestamp)::date AS month, count(*) AS entries, count(*) FILTER (WHERE ${isWrongEntry}) AS wrong,
      ${eachBalance(chain, (balance) => `sum(c.${addedTo(balance)}) AS ${addedTo(balance)}`)}
    FROM chain c GROUP BY c.${owner}, c.day
  ) b
),
month AS MATERIALIZED (
  SELECT b.*, ${eachBalance(chain, (balance) => `s.${balance.opening} + ${sumBefore(balance, `b.${owner}`, 'month')} AS ${balance.opening}`)}
  FROM (
    SELECT d.${owner}, d.month, ${eachBalance(chain, (balance) => `sum(d.${addedTo(balance)}) AS ${addedTo(balance)}`)} FROM day d GROUP BY d.${owner}, d.month
  ) b JOIN start s ON s.${owner} = b.${owner}
),
wrong_day AS MATERIALIZED (
  SELECT b.* FROM day b LEFT JOIN ${days} d ON d.${owner} = b.${owner} AND d.day = b.day
  WHERE ${eachBalance(chain, ({ inMonth }) => `d.${inMonth} IS DISTINCT FROM b.${inMonth}`, ' OR ')}
),
wrong_month AS MATERIALIZED (
  SELECT b.* FROM month b LEFT JOIN ${months} m ON m.${owner} = b.${owner} AND m.month = b.month
  WHERE ${eachBalance(chain, ({ opening }) => `m.${opening} IS DISTINCT FROM b.${opening}`, ' OR ')}
),
corrected AS (
  UPDATE ${entries} e SET ${eachBalance(chain, ({ inDay }) => `${inDay} = c.${inDay}`)} FROM chain c WHERE e.id = c.id AND (${isWrongEntry})
),
${madeAnewSql(chain, days, 'day', ({ inMonth }) => inMonth)},
${madeAnewSql(chain, months, 'month', ({ opening }) => opening)},
totals AS (
  UPDATE ${owners} o SET ${assignments.join(', ')}
  FROM (
    SELECT s.${owner}, ${eachBalance(chain, (balance) => `s.${balance.opening} + coalesce(sum(b.${addedTo(balance)}), 0) AS ${addedTo(balance)}`)}
    FROM start s LEFT JOIN month b ON b.${owner} = s.${owner} GROUP BY s.${owner}, ${eachBalance(chain, ({ opening }) => `s.${opening}`)}
  ) t
  WHERE o.id = t.${owner}
)
SELECT (
  SELECT coalesce(sum(CASE
    WHEN (d.${owner}, d.day) IN (SELECT w.${owner}, w.day FROM wrong_day w) OR (d.${owner}, d.month) IN (SELECT w.${owner}, w.month FROM wrong_month w)
    THEN d.entries ELSE d.wrong END), 0) FROM day d
) + (SELECT count(*) FROM emptied_day) + (SELECT count(*) FROM emptied_month) AS entries`);
  return async (tx, starts) => {
    if (starts.size === 0) return 0;
    await planOverIndexes(tx);
    const answer = await tx.row(prepared, [[...starts.keys()], [...starts.values()]]);
    return Number(answer?.entries ?? 0);
  };
}

/** SQL for two CTEs that write the wrong rows of the days or months anew, and remove those that have no entry. */
function madeAnewSql({ owner, balances }: Chain, table: string, key: 'day' | 'month', column: (balance: RunningBalance) => string): string {
  const columns = balances.map(column);
  return `corrected_${key} AS (
  INSERT INTO ${table} (${owner}, ${key}, ${columns.join(', ')}) SELECT ${owner}, ${key}, ${columns.join(', ')} FROM wrong_${key}
  ON CONFLICT (${owner}, ${key}) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
),
emptied_${key} AS (
  DELETE FROM ${table} k USING start s
  WHERE k.${owner} = s.${owner} AND k.${key} >= s.month AND (k.${owner}, k.${key}) NOT IN (SELECT b.${owner}, b.${key} FROM ${key} b)
  RETURNING k.${key}
)`;
}
