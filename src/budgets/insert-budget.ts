import { v7 as uuidv7 } from 'uuid';

import type { CalendarDate } from '../dates.ts';
import { valuesOf, valuesSql, writtenNames } from '../db/columns.ts';
import { query } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { InvalidInput } from '../errors.ts';
import { BUDGET_DETAILS, type SentDetails } from './budget.columns.ts';
import type { BudgetType, FundingType } from './funding-input.ts';
import type { Decimal } from '../money.ts';

/** A budget about to be stored; schedules in their normal form. */
export interface NewBudget {
  name: string;
  budgetType: BudgetType;
  fundingType: FundingType;
  targetBalance: Decimal;
  fundingAmount: Decimal | null;
  targetDate: CalendarDate | null;
  withFillupGoal: boolean;
  paused: boolean;
  fundingSchedule: string;
  recurrenceSchedule: string | null;
  details: SentDetails;
  /** Today in the account's timezone: where schedules begin, and after which dates are events. */
  anchor: CalendarDate;
  /** How many budgets the account may have. */
  maximumBudgets: number;
}

const insertQuery = query<object>(`
INSERT INTO budgets (id, bank_account_id, name, budget_type, funding_type, target_balance, funding_amount, target_date, with_fillup_goal,
  paused, funding_schedule, recurrance_schedule, schedule_anchor, funding_floor, recurrence_floor, created_at, modified_at, ${writtenNames(BUDGET_DETAILS).join(', ')})
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $13, $14, $14, ${valuesSql(BUDGET_DETAILS, 15)})`);

const countBudgets = query<{ count: number }>('SELECT count(*)::int AS count FROM budgets WHERE bank_account_id = $1');

/**
 * Stores an empty budget in the locked account.
 * @returns its id
 * @throws InvalidInput on the whole input when the account has as many budgets as it may
 */
export async function insertBudget(tx: Tx, account: LockedBankAccount, budget: NewBudget, now: Date): Promise<string> {
  const { maximumBudgets: maximum } = budget;
  const { count = 0 } = (await tx.row(countBudgets, [account.id])) ?? {};
  if (count >= maximum) throw new InvalidInput([{ path: [], code: 'too_many_budgets', params: { count, maximum } }]);
  const id = uuidv7();
  await tx.rows(insertQuery, [
    id,
    account.id,
    budget.name,
    budget.budgetType,
    budget.fundingType,
    budget.targetBalance.toFixed(),
    budget.fundingAmount?.toFixed() ?? null,
    budget.targetDate,
    budget.withFillupGoal,
    budget.paused,
    budget.fundingSchedule,
    budget.recurrenceSchedule,
    budget.anchor,
    now,
    ...valuesOf(BUDGET_DETAILS, budget.details),
  ]);
  return id;
}
