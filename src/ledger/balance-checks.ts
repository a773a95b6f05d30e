/**
 * Invariants as SQL, one statement per subject: those of the chains here, those of the nouns' own columns beside the nouns
 * (`DerivedValues`). Each takes an account ($1), a limit ($2) and the ids of all
 * the account's budgets ($3), and returns the rows that are wrong: none when all is well. They share nothing with the
 * statements that maintain the balances. Budgets are a parameter, because from their ids Postgres can tell how much of
 * the table is theirs, and so read a small account over the indexes and a big one at a stretch.
 */
import { statement, type Statement } from '../db/database.ts';
import { ACCOUNT_CHAIN, blockStartSql, BUDGET_CHAIN, type Chain, type RunningBalance } from './chain.ts';
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
export function check(columns: { budget?: string; transaction?: string; internalTransaction?: string; entry?: string }, from: string, order = ''): Statement<FoundDifference> {
  const { budget = 'NULL::uuid', transaction = 'NULL::uuid', internalTransaction = 'NULL::uuid', entry = 'NULL::uuid' } = columns;
  // Materialized, or the limit would make Postgres choose a plan that finds a first row soon, where mostly there is none.
  return statement<FoundDifference>(`WITH parameters AS (SELECT $1::uuid AS bank_account, $3::uuid[] AS budgets), -- not each check needs both
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
 * SQL for the blocks that the chains of some owners have to have, with what each has to begin with.
 * @param owners SQL for one owner's id, or for any of several
 */
function blocksSql(chain: Chain, owners: string): string {
  const { owner, instant, entries } = chain;
  return `(
    SELECT b.*, ${eachBalance(chain, (balance) => `b.initial_${balance.column}
      + coalesce(sum(b.${addedTo(balance)}) OVER (PARTITION BY b.${owner} ORDER BY b.starts_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS ${balance.opening}`)}
    FROM (SELECT b.*, ${eachBalance(chain, (balance) => `${balance.initial(`b.${owner}`)} AS initial_${balance.column}`)} FROM (
      SELECT e.${owner}, ${blockStartSql(`e.${instant}`)} AS starts_at, ${eachBalance(chain, (balance) => `sum(${balance.added('e')}) AS ${addedTo(balance)}`)}
      FROM ${entries} e WHERE e.${owner} = ${owners} GROUP BY e.${owner}, ${blockStartSql(`e.${instant}`)}
    ) b) b
  )`;
}

/**
 * Each block begins with the balance before its first entry, and there is one for each span of time that has entries, and
 * no other.
 */
function openingsCheck(chain: Chain, owners: string, columns: { budget?: string }): Statement<FoundDifference> {
  const { owner, blocks } = chain;
  const values = eachBalance(chain, ({ opening }) => `('${opening}', n.name || coalesce(b.${opening}::numeric(24,4)::text, 'no block'), n.name || coalesce(k.${opening}::text, 'no block'))`);
  return check(
    columns,
    `FROM ${blocksSql(chain, owners)} b
  FULL JOIN (SELECT * FROM ${blocks} k WHERE k.${owner} = ${owners}) k ON k.${owner} = b.${owner} AND k.starts_at = b.starts_at
  CROSS JOIN LATERAL (SELECT coalesce(b.${owner}, k.${owner}) AS ${owner}, to_char(coalesce(b.starts_at, k.starts_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') || ': ' AS name) n
  CROSS JOIN LATERAL (VALUES ${values}) v (field, expected, stored)
  WHERE true`,
    `ORDER BY n.${owner}, n.name`,
  );
}

/** Each entry's place in its block: with the block's right opening it makes the balance up to and including the entry. */
function chainCheck(
  chain: Chain,
  owners: string,
  names: Readonly<Record<string, string>>,
  columns: { budget?: string; transaction?: string; internalTransaction?: string; entry?: string },
): Statement<FoundDifference> {
  const { owner, instant, entries } = chain;
  const expected = (balance: RunningBalance): string => `b.initial_${balance.column} + e.${addedTo(balance)}`;
  const stored = ({ opening, column }: RunningBalance): string => `b.${opening} + e.${column}`;
  return check(
    columns,
    `FROM (
    SELECT e.*, ${eachBalance(
      chain,
      (balance) => `sum(${balance.added('e')}) OVER (PARTITION BY e.${owner} ORDER BY ${orderSql(chain, 'e')} ROWS UNBOUNDED PRECEDING) AS ${addedTo(balance)}`,
    )}
    FROM ${entries} e WHERE e.${owner} = ${owners}
  ) e
  JOIN ${blocksSql(chain, owners)} b ON b.${owner} = e.${owner} AND b.starts_at = ${blockStartSql(`e.${instant}`)}
  CROSS JOIN LATERAL (VALUES ${eachBalance(chain, (balance) => `('${names[balance.snapshot] ?? balance.snapshot}', ${expected(balance)}, ${stored(balance)})`)}) v (field, expected, stored)
  WHERE (${eachBalance(chain, (balance) => `${expected(balance)} <> ${stored(balance)}`, ' OR ')})`,
    `ORDER BY e.${owner}, ${orderSql(chain, 'e')}`,
  );
}

const OF_BUDGETS = 'ANY($3::uuid[])';
const accountOpenings = openingsCheck(ACCOUNT_CHAIN, '$1', {});
const budgetOpenings = openingsCheck(BUDGET_CHAIN, OF_BUDGETS, { budget: 'n.budget_id' });
const accountChain = chainCheck(ACCOUNT_CHAIN, '$1', {}, { transaction: 'e.id' });
const budgetChains = chainCheck(
  BUDGET_CHAIN,
  OF_BUDGETS,
  { balance: 'budget_balance' },
  { budget: 'e.budget_id', transaction: 'e.transaction_id', internalTransaction: 'e.internal_transaction_id', entry: 'e.id' },
);

/** The sums first, then what they are made of. */
export const TOTAL_CHECKS: readonly Statement<FoundDifference>[] = [accountTotals, budgetTotals];
export const CHAIN_CHECKS: readonly Statement<FoundDifference>[] = [accountOpenings, budgetOpenings, accountChain, budgetChains];
