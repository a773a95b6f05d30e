import { isVisibleSql, ownershipParameters } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { query, type Database, type Queryable } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { addFilters } from '../db/list-filters.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { ALLOCATION_CONDITIONS, sharesOf, type AllocationFilters } from './allocation-filters.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import { ALLOCATION_SELECTION, OPENING_OF_ALLOCATION, type AllocationRow } from './allocation.columns.ts';
import { countAllocations } from './count-allocations.ts';

const findQuery = query<AllocationRow>(
  `SELECT ${ALLOCATION_SELECTION}, a.currency FROM budget_entries e JOIN bank_accounts a ON a.id = e.bank_account_id ${OPENING_OF_ALLOCATION}
   WHERE e.id = $1 AND e.kind = ${ENTRY_KIND.allocation} AND ${isVisibleSql('e.bank_account_id', 2)}`,
);

/** @returns undefined when there is no such allocation, or the principal does not see its account */
export async function findAllocation(db: Queryable, principal: Principal, id: string): Promise<AllocationRow | undefined> {
  return db.row(findQuery, [id, ...ownershipParameters(principal)]);
}

const ofTransactionQuery = query<AllocationRow>(
  `SELECT ${ALLOCATION_SELECTION}, a.currency FROM budget_entries e JOIN bank_accounts a ON a.id = e.bank_account_id ${OPENING_OF_ALLOCATION} WHERE e.transaction_id = $1 ORDER BY e.sequence`,
);

/** All allocations of a transaction, in order of creation. Whose it is has been checked before. */
export async function allocationsOfTransaction(db: Queryable, transactionId: string): Promise<AllocationRow[]> {
  return db.rows(ofTransactionQuery, [transactionId]);
}

/**
 * The allocations that a principal sees. They come out of one index, already in order: a budget's, a transaction's, each account's, or each
 * account's of one category.
 */
export function listAllocations(
  db: Database,
  principal: Principal,
  { ordering, ...filters }: AllocationFilters & { ordering?: string | undefined },
): PageSource<AllocationRow> {
  const conditions = new Conditions();
  const { from, entries } = sharesOf(conditions, principal, filters);
  const isByCategory = filters.category !== undefined && filters.budgetId === undefined && filters.transactionId === undefined;
  // As a range, so that only the index that has categories in order can bring the rows in order, whatever Postgres expects
  // of a category that it has not seen.
  const inRange = (conditions: Conditions, category: string): void => {
    conditions.add(category, (value) => `e.category >= ${value} AND e.category <= ${value}`);
  };
  addFilters(conditions, isByCategory ? { ...ALLOCATION_CONDITIONS, category: inRange } : ALLOCATION_CONDITIONS, filters);
  const order = orderBy(ordering, { created_at: 'e.created_at' }, 'e.created_at, e.sequence', 'e.sequence');
  return {
    count: () => countAllocations(db, principal, filters),
    // A budget's chain knows nothing of categories.
    ...(filters.category !== undefined && filters.budgetId !== undefined ? { weight: 'heavy' } : {}),
    ...rowsFromBothEnds(isByCategory ? withCategory(order) : order, (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      const [limitAt, offsetAt] = [`$${parameters.length - 1}::bigint`, `$${parameters.length}::bigint`];
      return db.rows(
        query<AllocationRow>(`SELECT ${ALLOCATION_SELECTION}, e.currency
          FROM (
            SELECT e.*, a.currency
            FROM ${from} JOIN bank_accounts a ON a.id = s.bank_account_id
            CROSS JOIN LATERAL (
              SELECT * FROM budget_entries e WHERE ${entries}${conditions.and} ORDER BY ${order} LIMIT ${limitAt} + ${offsetAt}
            ) e
            ORDER BY ${order} LIMIT ${limitAt} OFFSET ${offsetAt}
          ) e ${OPENING_OF_ALLOCATION} ORDER BY ${order}`),
        parameters,
      );
    }),
  };
}

/** The same order, for rows of one category. */
function withCategory(order: string): string {
  return order.endsWith(' DESC') ? `e.category DESC, ${order}` : `e.category, ${order}`;
}
