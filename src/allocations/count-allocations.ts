import type { Principal } from '../auth/principal.ts';
import { statement, type Database } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { sharesOf, type AllocationFilters } from './allocation-filters.ts';
import { DEFAULT_CATEGORY } from './categories.ts';

/**
 * Counts a user's allocations exactly, in one statement, out of the counts that every write keeps by budget and by
 * category (docs/adr/0007-counts-of-filtered-lists.md). Those of one transaction are so few that they are looked at.
 */
export async function countAllocations(db: Database, principal: Principal, filters: AllocationFilters): Promise<number> {
  const conditions = new Conditions();
  const sql = countSql(conditions, principal, filters);
  return Number((await db.row(statement<{ count: string }>(sql), conditions.parameters))?.count ?? 0);
}

function countSql(conditions: Conditions, principal: Principal, filters: AllocationFilters): string {
  const { from, entries, budgets } = sharesOf(conditions, principal, filters);
  if (filters.transactionId === undefined) {
    return `SELECT coalesce(sum(${counterSql(conditions, filters.category)}), 0) AS count FROM ${from} JOIN budgets b ON ${budgets}`;
  }
  conditions.add(filters.transactionId, (value) => `e.transaction_id = ${value}`);
  conditions.add(filters.category, (value) => `e.category = ${value}`);
  return `SELECT count(*) AS count FROM ${from} JOIN budget_entries e ON ${entries}${conditions.and}`;
}

/** SQL for how many allocations of a budget `b` have a category. */
function counterSql(conditions: Conditions, category: string | undefined): string {
  if (category === undefined) return 'b.allocation_count';
  const ofCategories = (and: string): string => `(SELECT coalesce(sum(c.count), 0) FROM allocation_counts c WHERE c.budget_id = b.id${and})`;
  if (category === DEFAULT_CATEGORY) return `b.allocation_count - ${ofCategories('')}`;
  return ofCategories(` AND c.category = ${conditions.parameter(category)}`);
}
