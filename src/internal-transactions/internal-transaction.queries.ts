import type { InstantText } from '../dates.ts';
import { query, type Database, type Queryable } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { BUDGET_CHAIN, openingOf, snapshotsSql } from '../ledger/chain.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { isVisibleSql, ownershipParameters, visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';

/** An internal transaction as the answers need it: its own columns, its account's currency and its sides' snapshots. */
export interface InternalTransactionRow {
  id: string;
  bank_account_id: string;
  currency: string;
  amount: string;
  src_budget_id: string;
  dst_budget_id: string;
  actor_id: number;
  effective_date: InstantText;
  src_balance: string;
  dst_balance: string;
  created_at: InstantText;
  modified_at: InstantText;
}

const COLUMNS = `i.id, i.sequence, i.bank_account_id, i.amount, i.src_budget_id, i.dst_budget_id, i.actor_id, i.effective_date, i.created_at, i.modified_at`;
// The snapshots are looked up row by row: a join might be planned over all entries, for a page that may be long.
const SELECTED = `SELECT i.*, a.currency, ${snapshotSql('i.src_budget_id')} AS src_balance, ${snapshotSql('i.dst_budget_id')} AS dst_balance`;
const JOINED = 'JOIN bank_accounts a ON a.id = i.bank_account_id';

function snapshotSql(budgetId: string): string {
  return `(SELECT ${snapshotsSql(BUDGET_CHAIN, 'e')} FROM budget_entries e ${openingOf(BUDGET_CHAIN, 'e')}
    WHERE e.internal_transaction_id = i.id AND e.budget_id = ${budgetId})`;
}

const findQuery = query<InternalTransactionRow>(
  `${SELECTED} FROM internal_transactions i ${JOINED}
   WHERE i.id = $1 AND ${isVisibleSql('i.bank_account_id', 2)}`,
);

/** @returns undefined when there is no such internal transaction, or the principal does not see its account */
export async function findInternalTransaction(db: Queryable, principal: Principal, id: string): Promise<InternalTransactionRow | undefined> {
  return db.row(findQuery, [id, ...ownershipParameters(principal)]);
}

export interface InternalTransactionFilters {
  bankAccountId?: string | undefined;
  /** On either side. */
  budgetId?: string | undefined;
  sourceBudgetId?: string | undefined;
  destinationBudgetId?: string | undefined;
  /** Bounds of `created_at`, both inclusive. */
  dateFrom?: Date | undefined;
  dateTo?: Date | undefined;
  ordering?: string | undefined;
}

/**
 * The internal transactions that a principal sees. They come out of an index that has them in order already, by account or by budget,
 * cut to what the page can need; the two snapshots are looked up for the rows of the page only.
 */
export function listInternalTransactions(db: Database, principal: Principal, filters: InternalTransactionFilters): PageSource<InternalTransactionRow> {
  const conditions = new Conditions();
  const budget = filters.budgetId === undefined ? undefined : conditions.parameter(filters.budgetId);
  const source = filters.sourceBudgetId === undefined ? undefined : conditions.parameter(filters.sourceBudgetId);
  const destination = filters.destinationBudgetId === undefined ? undefined : conditions.parameter(filters.destinationBudgetId);
  if (source !== undefined) conditions.addFixed(`i.src_budget_id = ${source}`);
  if (destination !== undefined) conditions.addFixed(`i.dst_budget_id = ${destination}`);
  conditions.add(filters.dateFrom, (value) => `i.created_at >= ${value}`);
  conditions.add(filters.dateTo, (value) => `i.created_at <= ${value}`);
  // The account of each named budget must be one that the principal sees before anything of that budget is read.
  const accounts = [budget, source, destination].flatMap((id) =>
    id === undefined ? [] : [` AND o.bank_account_id = (SELECT b.bank_account_id FROM budgets b WHERE b.id = ${id})`],
  );
  const owned = `${visibleOwners(conditions, principal, filters.bankAccountId)}${accounts.join('')}`;
  // The two sides of a transfer differ, so that no row is in both halves.
  const sides = budget === undefined ? [''] : [` AND i.src_budget_id = ${budget}`, ` AND i.dst_budget_id = ${budget}`];

  const countQuery = query<{ count: string }>(
    conditions.isEmpty
      ? countOfCounters(owned, budget)
      : `SELECT count(*) AS count FROM bank_account_owners o JOIN internal_transactions i ON i.bank_account_id = o.bank_account_id
         WHERE ${owned}${conditions.and}${budget === undefined ? '' : ` AND ${budget} IN (i.src_budget_id, i.dst_budget_id)`}`,
  );
  return {
    ...(conditions.isEmpty ? {} : { weight: 'heavy' }),
    count: async () => Number((await db.row(countQuery, conditions.parameters))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(filters.ordering, { created_at: 'i.created_at' }, 'i.created_at DESC, i.sequence DESC', 'i.sequence'), (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      const [limitAt, offsetAt] = [`$${parameters.length - 1}::bigint`, `$${parameters.length}::bigint`];
      const halves = sides.map(
        (side) => `(SELECT ${COLUMNS} FROM internal_transactions i WHERE i.bank_account_id = o.bank_account_id${conditions.and}${side}
          ORDER BY ${order} LIMIT ${limitAt} + ${offsetAt})`,
      );
      return db.rows(
        query<InternalTransactionRow>(`${SELECTED}
          FROM (
            SELECT i.* FROM bank_account_owners o CROSS JOIN LATERAL (${halves.join(' UNION ALL ')}) i
            WHERE ${owned} ORDER BY ${order} LIMIT ${limitAt} OFFSET ${offsetAt}
          ) i ${JOINED} ORDER BY ${order}`),
        parameters,
      );
    }),
  };
}

/** Each transfer counts in both of its budgets. */
function countOfCounters(owned: string, budget: string | undefined): string {
  const counted = budget === undefined ? 'sum(b.transfer_count) / 2' : 'sum(b.transfer_count)';
  return `SELECT coalesce(${counted}, 0)::bigint AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id
    WHERE ${owned}${budget === undefined ? '' : ` AND b.id = ${budget}`}`;
}
