import { calendarDate, todayIn, type CalendarDate, type Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import type { LockedBankAccount } from '../db/locks.ts';
import type { Tx } from '../db/transaction.ts';
import { Decimal } from '../money.ts';
import type { BudgetType, FundingBudget, FundingInput, FundingType } from './funding-input.ts';

interface BudgetRow {
  id: string;
  name: string;
  is_unallocated: boolean;
  budget_type: BudgetType;
  funding_type: FundingType;
  balance: string;
  target_balance: string;
  funding_amount: string | null;
  target_date: string | null;
  fillup_goal_id: string | null;
  paused: boolean;
  complete: boolean;
  funding_schedule: string;
  recurrance_schedule: string | null;
  schedule_anchor: string;
  funding_floor: string;
  recurrence_floor: string;
}

// Most accounts of a nightly run have nothing due: one statement brings all that says so.
const loadStatement = statement<BudgetRow & { timezone: string | null }>(`
SELECT b.id, b.name, b.is_unallocated, b.budget_type, b.funding_type, b.balance, b.target_balance, b.funding_amount, b.target_date,
  b.fillup_goal_id, b.paused, b.complete, b.funding_schedule, b.recurrance_schedule, b.schedule_anchor, b.funding_floor, b.recurrence_floor,
  owner.timezone
FROM budgets b
LEFT JOIN LATERAL (
  SELECT u.timezone FROM bank_account_owners o JOIN users u ON u.id = o.user_id
  WHERE o.bank_account_id = b.bank_account_id AND u.is_active ORDER BY o.sequence LIMIT 1
) owner ON true
WHERE b.bank_account_id = $1 AND b.archived_at IS NULL`);

/** What a run needs, as the database has it now. */
export interface LoadedFundingInput extends FundingInput {
  /** Of the account's first owner: events are effective at the first instant of their date in it. */
  readonly timezone: string;
}

/**
 * Reads everything that funding depends on, under the account's lock.
 * @param asOf the date to fund through; undefined: today in the timezone of the account's first owner
 */
export async function loadFundingInput(tx: Tx, account: LockedBankAccount, clock: Clock, asOf?: CalendarDate): Promise<LoadedFundingInput> {
  const rows = await tx.rows(loadStatement, [account.id]);
  const unallocated = rows.find((row) => row.is_unallocated);
  const timezone = unallocated?.timezone ?? 'UTC';
  return {
    account: {
      currency: account.currency,
      lastPostedThrough: account.lastPostedThrough === null ? null : calendarDate(account.lastPostedThrough),
      unallocatedBudgetId: account.unallocatedBudgetId,
      unallocatedBalance: new Decimal(unallocated?.balance ?? 0),
    },
    budgets: rows.filter((row) => !row.is_unallocated).map(fundingBudgetOf),
    today: asOf ?? todayIn(clock, timezone),
    timezone,
  };
}

function fundingBudgetOf(row: BudgetRow): FundingBudget {
  return {
    id: row.id,
    name: row.name,
    budgetType: row.budget_type,
    fundingType: row.funding_type,
    balance: new Decimal(row.balance),
    targetBalance: new Decimal(row.target_balance),
    fundingAmount: row.funding_amount === null ? null : new Decimal(row.funding_amount),
    targetDate: row.target_date === null ? null : calendarDate(row.target_date),
    fillupGoalId: row.fillup_goal_id,
    archived: false,
    paused: row.paused,
    complete: row.complete,
    fundingSchedule: row.funding_schedule,
    recurrenceSchedule: row.recurrance_schedule,
    scheduleAnchor: calendarDate(row.schedule_anchor),
    fundingFloor: calendarDate(row.funding_floor),
    recurrenceFloor: calendarDate(row.recurrence_floor),
  };
}
