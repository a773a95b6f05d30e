import { isVisibleSql, ownershipParameters, visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { query, unpreparedQuery, type Database, type Queryable } from '../db/database.ts';
import { Conditions, searchTerms } from '../db/conditions.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { countTransactions, looksAtTransactions } from './count-transactions.ts';
import { addListFilters, type TransactionFilters } from './transaction-filters.ts';
import { OPENING_OF_TRANSACTION, TRANSACTION_SELECTION, type TransactionRow } from './transaction.columns.ts';

const findQuery = query<TransactionRow>(
  `SELECT ${TRANSACTION_SELECTION}, a.currency FROM transactions t JOIN bank_accounts a ON a.id = t.bank_account_id ${OPENING_OF_TRANSACTION}
   WHERE t.id = $1 AND ${isVisibleSql('t.bank_account_id', 2)}`,
);

/** @returns undefined when there is no such transaction, or the principal does not see its account */
export async function findTransaction(db: Queryable, principal: Principal, id: string): Promise<TransactionRow | undefined> {
  return db.row(findQuery, [id, ...ownershipParameters(principal)]);
}

const existsQuery = query<object>(`SELECT FROM transactions t WHERE t.id = $1 AND ${isVisibleSql('t.bank_account_id', 2)}`);

/** Says whether the principal sees the account of a transaction with this id. */
export async function transactionExists(db: Queryable, principal: Principal, id: string): Promise<boolean> {
  return (await db.row(existsQuery, [id, ...ownershipParameters(principal)])) !== undefined;
}

const DEFAULT_ORDER = 't.transaction_date DESC, t.sequence DESC';
const ORDER_COLUMNS = { transaction_date: 't.transaction_date', amount: 't.amount', created_at: 't.created_at' };

/**
 * So many transactions that a search has found are sorted to make a page. Of more, Postgres may walk over the account in the
 * list's order until the page is full, which is soon unless all of them are far away.
 */
const FEW_MATCHES = 2_000;

/**
 * The transactions that a principal sees. Each account's share comes from its own index, already in order and cut to what the page
 * can need, so that the first page costs the same whatever the history's length.
 */
export function listTransactions(
  db: Database,
  principal: Principal,
  { ordering: sentOrdering, ...filters }: TransactionFilters & { ordering?: string | undefined },
): PageSource<TransactionRow> {
  const ordering = orderBy(sentOrdering, ORDER_COLUMNS, DEFAULT_ORDER, 't.sequence');
  const isSearch = searchTerms(filters.search).length > 0;
  const areValuesPlanned = isSearch || (isNarrowed(filters) && !ordering.startsWith(ORDER_COLUMNS.transaction_date));
  const declare = areValuesPlanned ? unpreparedQuery : query;
  const conditions = new Conditions({ areValuesPlanned });
  const owned = visibleOwners(conditions, principal, filters.bankAccountId);
  addListFilters(conditions, filters);
  return {
    count: () => countTransactions(db, principal, filters),
    ...(areValuesPlanned || looksAtTransactions(filters) ? { weight: 'heavy' } : {}),
    ...rowsFromBothEnds(ordering, (order, limit, offset, count = Infinity) => {
      const matches = `SELECT * FROM transactions t WHERE t.bank_account_id = o.bank_account_id${conditions.and}`;
      const share = isSearch && count <= FEW_MATCHES ? `WITH matches AS MATERIALIZED (${matches}) SELECT * FROM matches t` : matches;
      const parameters = [...conditions.parameters, limit, offset];
      const [limitAt, offsetAt] = [`$${parameters.length - 1}::bigint`, `$${parameters.length}::bigint`];
      return db.rows(
        declare<TransactionRow>(`SELECT ${TRANSACTION_SELECTION}, t.currency
          FROM (
            SELECT t.*, a.currency
            FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id
            CROSS JOIN LATERAL (
              ${share} ORDER BY ${order} LIMIT ${limitAt} + ${offsetAt}
            ) t
            WHERE ${owned} ORDER BY ${order} LIMIT ${limitAt} OFFSET ${offsetAt}
          ) t ${OPENING_OF_TRANSACTION} ORDER BY ${order}`),
        parameters,
      );
    }),
  };
}

/**
 * Says whether a list is narrowed by dates or type. In the order of transaction_date their index has the rows in order; in
 * another order it depends on how many there are whether to sort them or to pick them out, and so on the values.
 */
function isNarrowed(filters: TransactionFilters): boolean {
  return [filters.transactionType, filters.dateFrom, filters.dateTo, filters.postedDateFrom, filters.postedDateTo].some((value) => value !== undefined);
}
