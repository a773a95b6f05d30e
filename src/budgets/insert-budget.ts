import { v7 as uuidv7 } from 'uuid';

import type { CalendarDate } from '../dates.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { InvalidInput } from '../errors.ts';
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
  memo: string | null;
  autoSpend: unknown;
  /** Today in the account's timezone: where schedules begin, and after which dates are events. */
  anchor: CalendarDate;
  /** How many budgets the account may have. */
  maximumBudgets: number;
}

const insertStatement = statement<object>(`
INSERT INTO budgets (id, bank_account_id, name, budget_type, funding_type, target_balance, funding_amount, target_date, with_fillup_goal,
  paused, funding_schedule, recurrance_schedule, memo, schedule_anchor, funding_floor, recurrence_floor, auto_spend, created_at, modified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $14, $15::jsonb, $16, $16)`);

const countBudgets = statement<{ count: number }>('SELECT count(*)::int AS count FROM budgets WHERE bank_account_id = $1');

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
  await tx.rows(insertStatement, [
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
    budget.memo,
    budget.anchor,
    jsonText(budget.autoSpend),
    now,
  ]);
  return id;
}

/** The text of any JSON value for a jsonb column; undefined and null are SQL's NULL. */
export function jsonText(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
