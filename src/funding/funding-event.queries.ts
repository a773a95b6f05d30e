import { visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import type { InstantText } from '../dates.ts';
import { query, type Database } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { addFilters, comparing, Counters, type FilterConditions } from '../db/list-filters.ts';
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

/** Whose events a list has. */
interface ShareFilters {
  bankAccountId?: string | undefined;
  budgetId?: string | undefined;
}

/** What a list of events is narrowed to; what is undefined does not narrow it. Bounds are inclusive. */
export interface FundingEventFilters extends ShareFilters {
  kind?: EventKind | undefined;
  dateFrom?: string | undefined;
  dateTo?: string | undefined;
}

const CONDITIONS: FilterConditions<Omit<FundingEventFilters, keyof ShareFilters>> = {
  kind: comparing('e.kind', '='),
  dateFrom: comparing('e.date', '>='),
  dateTo: comparing('e.date', '<='),
};

const ORDER_COLUMNS = { date: 'e.date', created_at: 'e.created_at' };

/**
 * The processed events of the accounts that a principal sees, newest date first. They come out of an index that has them in order already, by
 * account or by budget, cut to what the page can need, and are counted without being read.
 */
export function listFundingEvents(
  db: Database,
  principal: Principal,
  { ordering, ...filters }: FundingEventFilters & { ordering?: string | undefined },
): PageSource<FundingEventRow> {
  const conditions = new Conditions();
  const owners = visibleOwners(conditions, principal, filters.bankAccountId);
  const budget = filters.budgetId === undefined ? undefined : conditions.parameter(filters.budgetId);
  addFilters(conditions, CONDITIONS, filters);
  // A budget's index has the events in order within a kind only. Without their account's id Postgres cannot take its index.
  const branches =
    budget === undefined ? ['e.bank_account_id = o.bank_account_id'] : [`e.budget_id = b.id AND e.kind = 'fund'`, `e.budget_id = b.id AND e.kind = 'recur'`];
  const from = `bank_account_owners o${budget === undefined ? '' : ` JOIN budgets b ON b.bank_account_id = o.bank_account_id AND b.id = ${budget}`}`;
  const order = orderBy(ordering, ORDER_COLUMNS, 'e.date DESC, e.created_at DESC, e.id DESC', 'e.id');
  const isNarrowed = [filters.budgetId, filters.kind, filters.dateFrom, filters.dateTo].some((value) => value !== undefined);
  return {
    // The indexes of what narrows the list know no order of creation, and that of creation nothing that narrows.
    ...(isNarrowed && order.startsWith(ORDER_COLUMNS.created_at) ? { weight: 'heavy' } : {}),
    count: () => countFundingEvents(db, principal, filters),
    ...rowsFromBothEnds(order, (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      const [limitAt, offsetAt] = [`$${parameters.length - 1}::bigint`, `$${parameters.length}::bigint`];
      const first = branches.map(
        (branch) => `(SELECT e.* FROM funding_events e WHERE ${branch}${conditions.and}
          ORDER BY ${order} LIMIT ${limitAt} + ${offsetAt})`,
      );
      return db.rows(
        query<FundingEventRow>(`SELECT e.*, a.currency
          FROM (
            SELECT e.* FROM ${from} CROSS JOIN LATERAL (${first.join(' UNION ALL ')}) e WHERE ${owners} ORDER BY ${order} LIMIT ${limitAt} OFFSET ${offsetAt}
          ) e JOIN bank_accounts a ON a.id = e.bank_account_id ORDER BY ${order}`),
        parameters,
      );
    }),
  };
}

/** Counts without reading the events where their numbers cover the filters, otherwise one by one. */
async function countFundingEvents(db: Database, principal: Principal, filters: FundingEventFilters): Promise<number> {
  const conditions = new Conditions();
  const owners = visibleOwners(conditions, principal, filters.bankAccountId);
  conditions.add(filters.budgetId, (value) => `b.id = ${value}`);
  const counter = COUNTERS.find({ ...filters, bankAccountId: undefined, budgetId: undefined });
  if (!counter) addFilters(conditions, CONDITIONS, filters);
  const counted = counter
    ? `coalesce(sum(${counter(conditions)}), 0) AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id`
    : 'count(*) AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id JOIN funding_events e ON e.budget_id = b.id';
  const countQuery = query<{ count: string }>(`SELECT ${counted} WHERE ${owners}${conditions.and}`);
  return Number((await db.row(countQuery, conditions.parameters))?.count ?? 0);
}

const COUNTERS = new Counters<FundingEventFilters>().covering(['kind', 'dateFrom', 'dateTo'], ofRange);

/**
 * Of a budget and each kind, the number of the last event in the range less that of the last one before it
 * (`funding-event-ordinals.ts`).
 */
function ofRange(conditions: Conditions, { kind, dateFrom, dateTo }: Pick<FundingEventFilters, 'kind' | 'dateFrom' | 'dateTo'>): string {
  const kinds = kind === undefined ? `(VALUES ('fund'), ('recur'))` : `(VALUES (${conditions.parameter(kind)}))`;
  const through = dateTo === undefined ? '' : ` AND e.date <= ${conditions.parameter(dateTo)}`;
  const before = dateFrom === undefined ? undefined : ` AND e.date < ${conditions.parameter(dateFrom)}`;
  const earlier = before === undefined ? '0' : `coalesce((${lastOrdinalSql(before)}), 0)`;
  return `(SELECT sum(greatest(last.ordinal - ${earlier}, 0)) FROM ${kinds} k (kind) CROSS JOIN LATERAL (${lastOrdinalSql(through)}) last)`;
}

function lastOrdinalSql(range: string): string {
  return `SELECT e.ordinal FROM funding_events e WHERE e.budget_id = b.id AND e.kind = k.kind${range} ORDER BY e.date DESC LIMIT 1`;
}
