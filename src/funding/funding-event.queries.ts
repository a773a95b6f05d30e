import { visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import type { InstantText } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import type { EventKind } from '../budgets/funding-input.ts';

/** A processed event as the answers need it. */
export interface FundingEventRow {
  id: string;
  bank_account_id: string;
  currency: string;
  budget_id: string;
  kind: EventKind;
  date: string;
  wanted: string;
  moved: string;
  skipped: boolean;
  warning: string | null;
  internal_transaction_id: string | null;
  created_at: InstantText;
}

export interface FundingEventFilters {
  bankAccountId?: string | undefined;
  budgetId?: string | undefined;
  kind?: EventKind | undefined;
  dateFrom?: string | undefined;
  dateTo?: string | undefined;
  ordering?: string | undefined;
}

const ORDER_COLUMNS = { date: 'e.date', created_at: 'e.created_at' };

/**
 * The processed events of the accounts that a principal sees, newest date first. They come out of an index that has them in order already, by
 * account or by budget, cut to what the page can need, and are counted without being read.
 */
export function fundingEventList(db: Database, principal: Principal, filters: FundingEventFilters): PageSource<FundingEventRow> {
  const conditions = new Conditions();
  const owners = visibleOwners(conditions, principal, filters.bankAccountId);
  const budget = filters.budgetId === undefined ? undefined : conditions.parameter(filters.budgetId);
  conditions.add(filters.kind, (value) => `e.kind = ${value}`);
  conditions.add(filters.dateFrom, (value) => `e.date >= ${value}`);
  conditions.add(filters.dateTo, (value) => `e.date <= ${value}`);
  // A budget's index has the events in order within a kind only. Without their account's id Postgres cannot take its index.
  const branches =
    budget === undefined ? ['e.bank_account_id = o.bank_account_id'] : [`e.budget_id = b.id AND e.kind = 'fund'`, `e.budget_id = b.id AND e.kind = 'recur'`];
  const from = `bank_account_owners o${budget === undefined ? '' : ` JOIN budgets b ON b.bank_account_id = o.bank_account_id AND b.id = ${budget}`}`;
  return {
    count: () => countFundingEvents(db, principal, filters),
    ...rowsFromBothEnds(orderBy(filters.ordering, ORDER_COLUMNS, 'e.date DESC, e.created_at DESC, e.id DESC', 'e.id'), (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      const [limitAt, offsetAt] = [`$${parameters.length - 1}::bigint`, `$${parameters.length}::bigint`];
      const first = branches.map(
        (branch) => `(SELECT e.* FROM funding_events e WHERE ${branch}${conditions.and}
          ORDER BY ${order} LIMIT ${limitAt} + ${offsetAt})`,
      );
      return db.rows(
        statement<FundingEventRow>(`SELECT e.*, a.currency
          FROM (
            SELECT e.* FROM ${from} CROSS JOIN LATERAL (${first.join(' UNION ALL ')}) e WHERE ${owners} ORDER BY ${order} LIMIT ${limitAt} OFFSET ${offsetAt}
          ) e JOIN bank_accounts a ON a.id = e.bank_account_id ORDER BY ${order}`),
        parameters,
      );
    }),
  };
}

/**
 * Counts without reading the events: of each budget and kind, the number of the last event in the range less that of the last
 * one before it (`funding-event-ordinals.ts`).
 */
async function countFundingEvents(db: Database, principal: Principal, filters: FundingEventFilters): Promise<number> {
  const conditions = new Conditions();
  const owners = visibleOwners(conditions, principal, filters.bankAccountId);
  conditions.add(filters.budgetId, (value) => `b.id = ${value}`);
  conditions.add(filters.kind, (value) => `k.kind = ${value}`);
  const through = filters.dateTo === undefined ? '' : ` AND e.date <= ${conditions.parameter(filters.dateTo)}`;
  const before = filters.dateFrom === undefined ? undefined : ` AND e.date < ${conditions.parameter(filters.dateFrom)}`;
  const earlier = before === undefined ? '0' : `coalesce((${lastOrdinalSql(before)}), 0)`;
  const countStatement = statement<{ count: string }>(`SELECT coalesce(sum(greatest(last.ordinal - ${earlier}, 0)), 0) AS count
    FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id CROSS JOIN (VALUES ('fund'), ('recur')) k (kind)
    CROSS JOIN LATERAL (${lastOrdinalSql(through)}) last WHERE ${owners}${conditions.and}`);
  return Number((await db.row(countStatement, conditions.parameters))?.count ?? 0);
}

function lastOrdinalSql(range: string): string {
  return `SELECT e.ordinal FROM funding_events e WHERE e.budget_id = b.id AND e.kind = k.kind${range} ORDER BY e.date DESC LIMIT 1`;
}
