/**
 * Invariants as SQL, one statement per subject: those of the chains here, those of the nouns' own columns beside the nouns
 * (`DerivedValues`). Each takes an account ($1), a limit ($2) and the ids of all
 * the account's budgets ($3), and returns the rows that are wrong: none when all is well. They share nothing with the
 * statements that maintain the balances. Budgets are a parameter, because from their ids Postgres can tell how much of
 * the table is theirs, and so read a small account over the indexes and a big one at a stretch.
 */
import { query, type Query } from '../db/database.ts';
import { ACCOUNT_CHAIN, BUDGET_CHAIN, dayOf, openingOf, type Chain, type RunningBalance } from './chain.ts';
import { addedTo, eachBalance, orderSql } from './chain-sql.ts';

export interface FoundDifference {
  check: string;
  budget: string | null;
  transaction: string | null;
  internal_transaction: string | null;
  entry: string | null;
  expected: string | null;
  stored: string | null;
}

/**
 * @param columns SQL for the ids of what is wrong; those that are left out are null
 * @param from a FROM clause that has a row `v` with `field`, `expected` and `stored`, and its WHERE. Where it yields a
 *   row of the history each, WHERE leaves out the right ones before `v` is made of them
 */
export function check(columns: { budget?: string; transaction?: string; internalTransaction?: string; entry?: string }, from: string, order = ''): Query<FoundDifference> {
  const { budget = 'NULL::uuid', transaction = 'NULL::uuid', internalTransaction = 'NULL::uuid', entry = 'NULL::uuid' } = columns;
  // Materialized, or the limit would make Postgres choose a plan that finds a first row soon, where mostly there is none.
  return query<FoundDifference>(`WITH parameters AS (SELECT $1::uuid AS bank_account, $3::uuid[] AS budgets), -- not each check needs both
  wrong AS MATERIALIZED (
    SELECT v.field AS check, ${budget} AS budget, ${transaction} AS transaction, ${internalTransaction} AS internal_transaction, ${entry} AS entry,
      v.expected::text AS expected, v.stored::text AS stored
    ${from} AND v.expected IS DISTINCT FROM v.stored ${order}
  ) SELECT * FROM wrong LIMIT $2`);
}

/** The account's balances are its opening balances plus its transactions, and its budgets hold all of it. */
const accountTotals = check(
  {},
  `FROM bank_accounts a
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(t.amount), 0) AS available, coalesce(sum(t.amount) FILTER (WHERE NOT t.pending), 0) AS posted
    FROM transactions t WHERE t.bank_account_id = a.id
  ) t
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(b.balance), 0) AS balance, count(*) FILTER (WHERE b.is_unallocated) AS unallocated FROM budgets b WHERE b.bank_account_id = a.id
  ) b
  CROSS JOIN LATERAL (VALUES
    ('available_balance', a.opening_available + t.available, a.available_balance),
    ('posted_balance', a.opening_posted + t.posted, a.posted_balance),
    ('sum_of_budgets', a.available_balance, b.balance),
    ('unallocated_budgets', 1, b.unallocated)
  ) v (field, expected, stored)
  WHERE a.id = $1`,
);

/** Each budget's balance is what it began with, and its entries. */
const budgetTotals = check(
  { budget: 'b.id' },
  `FROM budgets b JOIN bank_accounts a ON a.id = b.bank_account_id
  LEFT JOIN (
    SELECT e.budget_id, sum(e.amount) AS amount FROM budget_entries e WHERE e.budget_id = ANY($3::uuid[]) GROUP BY e.budget_id
  ) e ON e.budget_id = b.id
  CROSS JOIN LATERAL (VALUES
    ('balance', (CASE WHEN b.is_unallocated THEN a.opening_available ELSE 0 END + coalesce(e.amount, 0))::numeric(24,4), b.balance)
  ) v (field, expected, stored)
  WHERE b.bank_account_id = $1`,
  'ORDER BY b.id',
);

/**
 * Each day begins with what its month has added up to before it, each month with the balance before it, and there is a day, and a
 * month, where there are entries, and nowhere else.
 * @param owners SQL for one owner's id, or for any of several
 */
function beginningsCheck(chain: Chain, owners: string, places: { budget?: string }): Query<FoundDifference> {
  const { owner, instant, entries, days, months } = chain;
  const day = dayOf(`e.${instant}`);
  const sumBefore = (balance: RunningBalance, group: string): string =>
    `coalesce(sum(d.${addedTo(balance)}) OVER (PARTITION BY ${group} ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`;
  /** The stored rows of a table beside those that there have to be: one row for each of the two, and each balance. */
  const compared = (rows: string, table: string, key: 'day' | 'month', column: (balance: RunningBalance) => string): string => {
    const named = (value: string): string => `coalesce(b.${key}, k.${key}) || ': ' || coalesce(${value}::numeric(24,4)::text, 'none')`;
    return `SELECT coalesce(b.${owner}, k.${owner}) AS ${owner}, v.* FROM ${rows} b
    FULL JOIN (SELECT * FROM ${table} k WHERE k.${owner} = ${owners}) k ON k.${owner} = b.${owner} AND k.${key} = b.${key}
    CROSS JOIN LATERAL (VALUES ${eachBalance(chain, (balance) => `('${column(balance)}', ${named(`b.${column(balance)}`)}, ${named(`k.${column(balance)}`)})`)}) v (field, expected, stored)`;
  };
  return check(
    places,
    `FROM (
    WITH day AS MATERIALIZED (
      SELECT d.*, ${eachBalance(chain, (balance) => `d.${balance.opening} + ${sumBefore(balance, `d.${owner}`)} AS before_${balance.inDay}, ${sumBefore(balance, `d.${owner}, d.month`)} AS ${balance.inMonth}`)}
      FROM (SELECT d.*, date_trunc('month', d.day::timestamp)::date AS month, ${eachBalance(chain, (balance) => `${balance.initial(`d.${owner}`)} AS ${balance.opening}`)} FROM (
        SELECT e.${owner}, ${day} AS day, ${eachBalance(chain, (balance) => `sum(${balance.added('e')}) AS ${addedTo(balance)}`)}
        FROM ${entries} e WHERE e.${owner} = ${owners} GROUP BY e.${owner}, ${day}
      ) d) d
    ),
    month AS (
      SELECT DISTINCT ON (d.${owner}, d.month) d.${owner}, d.month, ${eachBalance(chain, ({ inDay, opening }) => `d.before_${inDay} AS ${opening}`)}
      FROM day d ORDER BY d.${owner}, d.month, d.day
    )
    ${compared('month', months, 'month', ({ opening }) => opening)}
    UNION ALL ${compared('day', days, 'day', ({ inMonth }) => inMonth)}
  ) v
  WHERE true`,
    `ORDER BY v.${owner}, v.field, v.expected`,
  );
}

/** Each entry has what its day adds up to by then; what it says of the balance, with its day and month as they are stored, is shown. */
function entriesCheck(
  chain: Chain,
  owners: string,
  names: Readonly<Record<string, string>>,
  places: { budget?: string; transaction?: string; internalTransaction?: string; entry?: string },
): Query<FoundDifference> {
  const { owner, instant, entries } = chain;
  const shown = ({ opening, inMonth }: RunningBalance, inDay: string): string => `coalesce(e_day.${opening} + e_day.${inMonth}, 0) + ${inDay}`;
  return check(
    places,
    `FROM (
    SELECT e.*, ${eachBalance(
      chain,
      (balance) => `sum(${balance.added('e')}) OVER (PARTITION BY e.${owner}, ${dayOf(`e.${instant}`)} ORDER BY ${orderSql(chain, 'e')} ROWS UNBOUNDED PRECEDING) AS ${addedTo(balance)}`,
    )}
    FROM ${entries} e WHERE e.${owner} = ${owners}
  ) e
  ${openingOf(chain, 'e')}
  CROSS JOIN LATERAL (VALUES ${eachBalance(chain, (balance) => `('${names[balance.snapshot] ?? balance.snapshot}', ${shown(balance, `e.${addedTo(balance)}`)}, ${shown(balance, `e.${balance.inDay}`)})`)}) v (field, expected, stored)
  WHERE (${eachBalance(chain, (balance) => `e.${addedTo(balance)} <> e.${balance.inDay}`, ' OR ')})`,
    `ORDER BY e.${owner}, ${orderSql(chain, 'e')}`,
  );
}

const OF_BUDGETS = 'ANY($3::uuid[])';
const accountBeginnings = beginningsCheck(ACCOUNT_CHAIN, '$1', {});
const budgetBeginnings = beginningsCheck(BUDGET_CHAIN, OF_BUDGETS, { budget: 'v.budget_id' });
const accountEntries = entriesCheck(ACCOUNT_CHAIN, '$1', {}, { transaction: 'e.id' });
const budgetEntries = entriesCheck(
  BUDGET_CHAIN,
  OF_BUDGETS,
  { balance: 'budget_balance' },
  { budget: 'e.budget_id', transaction: 'e.transaction_id', internalTransaction: 'e.internal_transaction_id', entry: 'e.id' },
);

/** The sums first, then what they are made of. */
export const TOTAL_CHECKS: readonly Query<FoundDifference>[] = [accountTotals, budgetTotals];
export const CHAIN_CHECKS: readonly Query<FoundDifference>[] = [
  accountBeginnings,
  budgetBeginnings,
  accountEntries,
  budgetEntries,
];
