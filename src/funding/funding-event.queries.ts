import type { InstantText } from '../dates.ts';
import { statement, type Database } from '../db/database.ts';
import { Conditions } from '../db/conditions.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { formatMoney } from '../money.ts';
import type { EventKind } from '../budgets/funding-input.ts';
import type { FundingEventAnswer } from './funding.schemas.ts';

interface FundingEventRow {
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

/** The processed events of a user's accounts, newest date first. */
export function fundingEventList(db: Database, userId: number, filters: FundingEventFilters): PageSource<FundingEventAnswer> {
  const conditions = new Conditions();
  conditions.add(userId, (value) => `o.user_id = ${value}`);
  conditions.add(filters.bankAccountId, (value) => `e.bank_account_id = ${value}`);
  conditions.add(filters.budgetId, (value) => `e.budget_id = ${value}`);
  conditions.add(filters.kind, (value) => `e.kind = ${value}`);
  conditions.add(filters.dateFrom, (value) => `e.date >= ${value}`);
  conditions.add(filters.dateTo, (value) => `e.date <= ${value}`);
  const from = `FROM funding_events e JOIN bank_account_owners o ON o.bank_account_id = e.bank_account_id`;
  return {
    count: async () => Number((await db.row(statement<{ count: string }>(`SELECT count(*) AS count ${from} WHERE true${conditions.and}`), conditions.parameters))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(filters.ordering, ORDER_COLUMNS, 'e.date DESC, e.created_at DESC, e.id DESC', 'e.id'), async (order, limit, offset) => {
      const at = conditions.parameters.length;
      const rows = await db.rows(
        statement<FundingEventRow>(`SELECT e.*, a.currency ${from} JOIN bank_accounts a ON a.id = e.bank_account_id
          WHERE true${conditions.and} ORDER BY ${order} LIMIT $${at + 1} OFFSET $${at + 2}`),
        [...conditions.parameters, limit, offset],
      );
      return rows.map(presentFundingEvent);
    }),
  };
}

function presentFundingEvent(row: FundingEventRow): FundingEventAnswer {
  return {
    id: row.id,
    bank_account: row.bank_account_id,
    budget: row.budget_id,
    kind: row.kind,
    date: row.date,
    wanted: formatMoney(row.wanted, row.currency),
    wanted_currency: row.currency,
    moved: formatMoney(row.moved, row.currency),
    moved_currency: row.currency,
    skipped: row.skipped,
    warning: row.warning,
    internal_transaction: row.internal_transaction_id,
    created_at: row.created_at,
  };
}
