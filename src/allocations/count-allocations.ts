import type { Principal } from '../auth/principal.ts';
import { query, type Database } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { addFilters, Counters } from '../db/list-filters.ts';
import { ALLOCATION_CONDITIONS, sharesOf, type AllocationFilters } from './allocation-filters.ts';
import { DEFAULT_CATEGORY } from './categories.ts';

/**
 * Counts a user's allocations exactly, in one statement: out of the counts that every write keeps by budget and by category
 * where they cover the filters (docs/adr/0007-counts-of-filtered-lists.md), otherwise one by one. Those of one transaction are few.
 */
export async function countAllocations(db: Database, principal: Principal, filters: AllocationFilters): Promise<number> {
  const conditions = new Conditions();
  const sql = countSql(conditions, principal, filters);
  return Number((await db.row(query<{ count: string }>(sql), conditions.parameters))?.count ?? 0);
}

function countSql(conditions: Conditions, principal: Principal, filters: AllocationFilters): string {
  const { from, entries, budgets } = sharesOf(conditions, principal, filters);
  const counter = COUNTERS.find({ ...filters, bankAccountId: undefined, budgetId: undefined });
  if (counter) return `SELECT coalesce(sum(${counter(conditions)}), 0) AS count FROM ${from} JOIN budgets b ON ${budgets}`;
  addFilters(conditions, ALLOCATION_CONDITIONS, filters);
  return `SELECT count(*) AS count FROM ${from} JOIN budget_entries e ON ${entries}${conditions.and}`;
}

/** SQL for how many allocations of a budget `b` there are. */
const COUNTERS = new Counters<AllocationFilters>().covering([], () => 'b.allocation_count').covering(['category'], ofCategory);

function ofCategory(conditions: Conditions, { category = DEFAULT_CATEGORY }: Pick<AllocationFilters, 'category'>): string {
  const ofCategories = (and: string): string => `(SELECT coalesce(sum(c.count), 0) FROM allocation_counts c WHERE c.budget_id = b.id${and})`;
  if (category === DEFAULT_CATEGORY) return `b.allocation_count - ${ofCategories('')}`;
  return ofCategories(` AND c.category = ${conditions.parameter(category)}`);
}
