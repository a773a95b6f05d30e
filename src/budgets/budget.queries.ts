import { ownerTimezoneSql } from '../bank-accounts/first-owner.ts';
import { isVisibleSql, ownershipParameters, visibleOwners } from '../auth/ownership.ts';
import type { Principal } from '../auth/principal.ts';
import { calendarDate, dateIn, type InstantText } from '../dates.ts';
import { selectSql } from '../db/columns.ts';
import { query, type Database, type Queryable, type Query } from '../db/database.ts';
import { AppError } from '../errors.ts';
import type { BudgetType } from './funding-input.ts';
import { Conditions, searchTerms } from '../db/conditions.ts';
import { orderBy, rowsFromBothEnds, type PageSource } from '../db/page-source.ts';
import { BUDGET_DETAILS, type BudgetDetails } from './budget.columns.ts';
import { fundingColumnsJsonSql, fundingColumnsSql, type FundingColumns } from './funding-budget.ts';
import type { NextFundingContext } from './next-funding.ts';

/** A budget as the answers need it, with what its next funding depends on: its account, and a fill-up's parent. */
export interface BudgetRow extends FundingColumns, BudgetDetails {
  bank_account_id: string;
  with_fillup_goal: boolean;
  archived_at: InstantText | null;
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

const COLUMNS = `${fundingColumnsSql('b')}, b.bank_account_id, b.with_fillup_goal, b.archived_at, ${selectSql(BUDGET_DETAILS, 'b')}, b.created_at, b.modified_at,
  a.currency, a.last_posted_through, a.unallocated_budget_id, a.timezone,
  CASE WHEN b.budget_type = 'A' THEN (SELECT ${fundingColumnsJsonSql('p')} FROM budgets p WHERE p.fillup_goal_id = b.id) END AS parent`;

/**
 * What the budgets' answers need of their accounts, found once per account and not once per budget.
 * @param owners SQL for which rows `o` of `bank_account_owners` name the accounts
 */
function accountsSql(owners: string): string {
  return `(
  SELECT a.id, a.currency, a.last_posted_through, ${ownerTimezoneSql('a.id')} AS timezone,
    (SELECT u.id FROM budgets u WHERE u.bank_account_id = a.id AND u.is_unallocated) AS unallocated_budget_id
  FROM bank_account_owners o JOIN bank_accounts a ON a.id = o.bank_account_id WHERE ${owners} OFFSET 0
) a`;
}

const findQuery = query<BudgetRow>(
  `SELECT ${COLUMNS} FROM budgets b JOIN ${accountsSql('o.user_id = $2')} ON a.id = b.bank_account_id WHERE b.id = $1 AND ${isVisibleSql('a.id', 2)}`,
);

/** @returns undefined when there is no such budget, or the principal does not see its account */
export async function findBudget(db: Queryable, principal: Principal, id: string): Promise<BudgetRow | undefined> {
  return db.row(findQuery, [id, ...ownershipParameters(principal)]);
}

/** @throws AppError `not_found` when there is no such budget, or the principal does not see its account */
export async function getBudget(db: Queryable, principal: Principal, id: string): Promise<BudgetRow> {
  const row = await findBudget(db, principal, id);
  if (!row) throw new AppError('not_found');
  return row;
}

const existsQuery = query<object>(`SELECT FROM budgets b WHERE b.id = $1 AND ${isVisibleSql('b.bank_account_id', 2)}`);

/** Says whether the principal sees the account of a budget with this id. */
export async function budgetExists(db: Queryable, principal: Principal, id: string): Promise<boolean> {
  return (await db.row(existsQuery, [id, ...ownershipParameters(principal)])) !== undefined;
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

/** The budgets that a principal sees, by name unless another order is asked for. */
export function listBudgets(db: Database, principal: Principal, filters: BudgetFilters): PageSource<BudgetRow> {
  const conditions = new Conditions();
  const owners = visibleOwners(conditions, principal, filters.bankAccountId);
  conditions.add(filters.budgetType, (value) => `b.budget_type = ${value}`);
  if (filters.archived !== undefined) conditions.addFixed(filters.archived ? 'b.archived_at IS NOT NULL' : 'b.archived_at IS NULL');
  if (filters.paused !== undefined) conditions.addFixed(filters.paused ? 'b.paused' : 'NOT b.paused');
  conditions.addSearch(filters.search, ['b.name']);
  const countSql: Query<{ count: string }> = query(
    `SELECT count(*) AS count FROM bank_account_owners o JOIN budgets b ON b.bank_account_id = o.bank_account_id WHERE ${owners}${conditions.and}`,
  );
  return {
    ...(searchTerms(filters.search).length > 0 ? { weight: 'heavy' } : {}),
    count: async () => Number((await db.row(countSql, conditions.parameters))?.count ?? 0),
    ...rowsFromBothEnds(orderBy(filters.ordering, ORDER_COLUMNS, 'b.name COLLATE "C", b.id', 'b.id'), (order, limit, offset) => {
      const parameters = [...conditions.parameters, limit, offset];
      return db.rows(
        query<BudgetRow>(`SELECT ${COLUMNS} FROM budgets b JOIN ${accountsSql(owners)} ON a.id = b.bank_account_id
          WHERE true${conditions.and} ORDER BY ${order} LIMIT $${parameters.length - 1} OFFSET $${parameters.length}`),
        parameters,
      );
    }),
  };
}

const accountBudgetsQuery = query<BudgetRow>(
  `SELECT ${COLUMNS} FROM budgets b JOIN ${accountsSql('o.bank_account_id = $1 AND o.user_id = $2')} ON a.id = b.bank_account_id
   WHERE b.archived_at IS NULL AND ${isVisibleSql('a.id', 2)}`,
);

/** @returns an account's budgets that are not archived, Unallocated among them, so that an account that the principal sees has at least one */
export async function openBudgetsOf(db: Queryable, principal: Principal, bankAccountId: string): Promise<BudgetRow[]> {
  return db.rows(accountBudgetsQuery, [bankAccountId, ...ownershipParameters(principal)]);
}

/**
 * What the next funding of a row's budget depends on besides the budget.
 * @param now says which day it is
 */
export function fundingContextOf(row: BudgetRow, now: Date): NextFundingContext {
  return {
    currency: row.currency,
    lastPostedThrough: row.last_posted_through === null ? null : calendarDate(row.last_posted_through),
    unallocatedBudgetId: row.unallocated_budget_id,
    today: dateIn(now, row.timezone),
  };
}
