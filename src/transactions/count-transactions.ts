import { visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { query, unpreparedQuery, type Database } from '../db/database.ts';
import { Conditions, searchTerms } from '../db/conditions.ts';
import { Counters } from '../db/list-filters.ts';
import { addTransactionFilters, type TransactionFilters } from './transaction-filters.ts';

/**
 * Counts the transactions that a principal sees exactly, in one statement: out of the counts that every write keeps by day and by type
 * where they cover the filters (docs/adr/0007-counts-of-filtered-lists.md), so that what it reads does not grow with the history, but
 * for the days of the edges of a range. Whatever they do not cover is counted one by one, over as many transactions as the
 * best index leaves.
 */
export async function countTransactions(db: Database, principal: Principal, filters: TransactionFilters): Promise<number> {
  // Which index is the best for a search depends on the words, so that Postgres has to plan with them.
  const isSearch = searchTerms(filters.search).length > 0;
  const conditions = new Conditions({ areValuesPlanned: isSearch });
  const sql = countSql(conditions, principal, filters);
  const declare = isSearch ? unpreparedQuery : query;
  return Number((await db.row(declare<{ count: string }>(sql), conditions.parameters))?.count ?? 0);
}

function countSql(conditions: Conditions, principal: Principal, filters: TransactionFilters): string {
  const accounts = visibleOwners(conditions, principal, filters.bankAccountId);
  // Few are pending, and a partial index has just those.
  const counter = filters.pending === true ? undefined : counterOf(filters);
  if (!counter) {
    addTransactionFilters(conditions, filters);
    return `SELECT count(*) AS count FROM bank_account_owners o JOIN transactions t ON t.bank_account_id = o.bank_account_id
      WHERE ${accounts}${conditions.and}`;
  }
  let count = counter(conditions);
  if (filters.pending === false) {
    addTransactionFilters(conditions, { ...filters, pending: true });
    count += ` - ${rowsSql(conditions.and)}`;
  }
  return `SELECT coalesce(sum(${count}), 0) AS count FROM bank_account_owners o WHERE ${accounts}`;
}

/** Says whether the count has to look at transactions, of which there may be any number. */
export function looksAtTransactions(filters: TransactionFilters): boolean {
  return counterOf(filters) === undefined;
}

/** Makes SQL for how many transactions of an account `o` match all filters but `pending`. */
function counterOf(filters: TransactionFilters): ((conditions: Conditions) => string) | undefined {
  return COUNTERS.find({ ...filters, bankAccountId: undefined, pending: undefined });
}

/** They know nothing of texts, nor what two facets have in common. */
const COUNTERS = new Counters<TransactionFilters>()
  .covering([], () => '(SELECT a.transaction_count FROM bank_accounts a WHERE a.id = o.bank_account_id)')
  .covering(['transactionType'], ofType)
  .covering(['dateFrom', 'dateTo'], (conditions, { dateFrom, dateTo }) => ofRange(conditions, 'transaction_date', dateFrom, dateTo))
  .covering(['postedDateFrom', 'postedDateTo'], (conditions, { postedDateFrom, postedDateTo }) => ofRange(conditions, 'posted_date', postedDateFrom, postedDateTo));

function ofType(conditions: Conditions, { transactionType = '' }: Pick<TransactionFilters, 'transactionType'>): string {
  return countersSql('transaction_type', `c.value = ${conditions.parameter(transactionType)}`);
}

const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * Whole days out of the counters, and the transactions of the days at the two ends one by one. The text does not depend on
 * where the bounds lie: where they leave no whole day, or nothing at all, its parts find nothing.
 * @param from the first instant, @param to the last one, in whole milliseconds as instants are stored; undefined: no bound
 */
function ofRange(conditions: Conditions, column: 'transaction_date' | 'posted_date', from: Date | undefined, to: Date | undefined): string {
  // The last milliseconds of the day before the first whole one, and of the last whole one: none is beyond the year 9999.
  const before = from && new Date(Math.ceil(from.getTime() / MILLISECONDS_PER_DAY) * MILLISECONDS_PER_DAY - 1);
  const until = to && new Date(Math.floor(to.getTime() / MILLISECONDS_PER_DAY) * MILLISECONDS_PER_DAY - 1);
  const days = [
    ...(before ? [`c.value > ${conditions.parameter(utcDay(before))}`] : []),
    ...(until ? [`c.value <= ${conditions.parameter(utcDay(until))}`] : []),
  ];
  const rows = (first: string, last: Date): string => rowsSql(` AND t.${column} ${first} AND t.${column} <= ${conditions.parameter(last)}`);
  return [
    countersSql(column, days.join(' AND ')),
    ...(from && before ? [rows(`>= ${conditions.parameter(from)}`, earlier(before, to))] : []),
    ...(to && until ? [rows(`> ${conditions.parameter(later(until, before))}`, to)] : []),
  ].join(' + ');
}

function utcDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

function earlier(one: Date, other: Date | undefined): Date {
  return other && other < one ? other : one;
}

function later(one: Date, other: Date | undefined): Date {
  return other && other > one ? other : one;
}

function countersSql(facet: string, values: string): string {
  return `(SELECT coalesce(sum(c.count), 0) FROM transaction_counts c WHERE c.bank_account_id = o.bank_account_id AND c.facet = '${facet}' AND ${values})`;
}

function rowsSql(and: string): string {
  return `(SELECT count(*) FROM transactions t WHERE t.bank_account_id = o.bank_account_id${and})`;
}
