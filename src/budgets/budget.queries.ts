import { ownerTimezoneSql } from '../bank-accounts/first-owner.ts';
import { calendarDate, todayIn, type Clock, type InstantText } from '../dates.ts';
import { statement, type Database, type Queryable, type Statement } from '../db/database.ts';
import type { BudgetType } from './funding-input.ts';
import { Conditions, searchTerms } from '../db/conditions.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { fundingColumnsJsonSql, fundingColumnsSql, type FundingColumns } from './funding-budget.ts';
import type { NextFundingContext } from './next-funding.ts';

/** A budget as the answers need it, with what its next funding depends on: its account, and a fill-up's parent. */
export interface BudgetRow extends FundingColumns {
  bank_account_id: string;
  with_fillup_goal: boolean;
  archived_at: InstantText | null;
  memo: string | null;
  auto_spend: unknown;
  created_at: InstantText;
  modified_at: InstantText;
  currency: string;
  last_posted_through: string | null;
  unallocated_budget_id: string;
  /** In which the account counts its days. */
  timezone: string;
  /** The recurring budget that a fill-up belongs to; null for others. */
  parent: FundingColumns | null;
}

const COLUMNS = `${fundingColumnsSql('b')}, b.bank_account_id, b.with_fillup_goal, b.archived_at, b.memo, b.auto_spend, b.created_at, b.modified_at,
  a.currency, a.last_posted_through, a.unallocated_budget_id, a.timezone,
  CASE WHEN b.budget_type = 'A' THEN (SELECT ${fundingColumnsJsonSql('p')} FROM budgets p WHERE p.fillup_goal_id = b.id) END AS parent`;

// Once per account, not once per budget.
const OWNED_ACCOUNTS = `(
  SELECT a.id, a.currency, a.last_posted_through, ${ownerTimezoneSql('a.id')} AS timezone,
    (SELECT u.id FROM budgets u WHERE u.bank_account_id = a.id AND u.is_unallocated) AS unallocated_budget_id
  FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id WHERE o.user_id = $1 OFFSET 0
) a`;

const findStatement = statement<BudgetRow>(
  `SELECT ${COLUMNS} FROM budgets b JOIN ${OWNED_ACCOUNTS} ON a.id = b.bank_account_id WHERE b.id = $2`,
);

/** @returns undefined when there is no such budget, or the user does not own its account */
export async function findBudget(db: Queryable, id: string, userId: number): Promise<BudgetRow | undefined> {
  return db.row(findStatement, [userId, id]);
}

const existsStatement = statement<object>(
  `SELECT FROM budgets b JOIN bank_account_owners o ON o.bank_account_id = b.bank_account_id WHERE b.id = $1 AND o.user_id = $2`,
);

/** Says whether the user owns the account of a budget with this id. */
export async function budgetExists(db: Queryable, id: string, userId: number): Promise<boolean> {
  return (await db.row(existsStatement, [id, userId])) !== undefined;
}

export interface BudgetFilters {
  bankAccountId?: string | undefined;
  budgetType?: BudgetType | undefined;
  archived?: boolean | undefined;
  paused?: boolean | undefined;
  search?: string | undefined;
  ordering?: string | undefined;
}

const ORDER_COLUMNS = { name: 'b.name COLLATE "C"', created_at: 'b.created_at', balance: 'b.balance' };

/** A user's budgets, by name unless another order is asked for. */
export function budgetList(db: Database, userId: number, filters: BudgetFilters): PageSource<BudgetRow> {
  const conditions = new Conditions();
  const user = conditions.parameter(userId);
  conditions.add(filters.bankAccountId, (value) => `b.bank_account_id = ${value}`);
  conditions.add(filters.budgetType, (value) => `b.budget_type = ${value}`);
  if (filters.archived !== undefined) conditions.addFixed(filters.archived ? 'b.archived_at IS NOT NULL' : 'b.archived_at IS NULL');
  if (filters.paused !== undefined) conditions.addFixed(filters.paused ? 'b.paused' : 'NOT b.paused');
  conditions.addSearch(filters.search, ['b.name']);
  const countSql: Statement<{ count: string }> = statement(
    `SELECT count(*) AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id WHERE o.user_id = ${user}${conditions.and}`,
  );
  return {
    ...(searchTerms(filters.search).length > 0 ? { weight: 'heavy' } : {}),
    count: async () => Number((await db.row(countSql, conditions.parameters))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(filters.ordering, ORDER_COLUMNS, 'b.name COLLATE "C", b.id', 'b.id'), (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      return db.rows(
        statement<BudgetRow>(`SELECT ${COLUMNS} FROM budgets b JOIN ${OWNED_ACCOUNTS} ON a.id = b.bank_account_id
          WHERE true${conditions.and} ORDER BY ${order} LIMIT $${parameters.length - 1} OFFSET $${parameters.length}`),
        parameters,
      );
    }),
  };
}

const accountBudgetsStatement = statement<BudgetRow>(
  `SELECT ${COLUMNS} FROM budgets b JOIN ${OWNED_ACCOUNTS} ON a.id = b.bank_account_id WHERE b.bank_account_id = $2 AND b.archived_at IS NULL`,
);

/** @returns an account's budgets that are not archived, Unallocated among them, so that an owned account has at least one */
export async function openBudgetsOf(db: Queryable, bankAccountId: string, userId: number): Promise<BudgetRow[]> {
  return db.rows(accountBudgetsStatement, [userId, bankAccountId]);
}

/** What the next funding of a row's budget depends on besides the budget. */
export function fundingContextOf(row: BudgetRow, clock: Clock): NextFundingContext {
  return {
    currency: row.currency,
    lastPostedThrough: row.last_posted_through === null ? null : calendarDate(row.last_posted_through),
    unallocatedBudgetId: row.unallocated_budget_id,
    today: todayIn(clock, row.timezone),
  };
}
