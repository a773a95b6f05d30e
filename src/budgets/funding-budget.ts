import { calendarDate, type CalendarDate } from '../dates.ts';
import type { BudgetType, FundingBudget, FundingType } from './funding-input.ts';
import { Decimal } from '../money.ts';

/** What the formulas of funding need of one budget, as SQL returns it. */
export interface FundingColumns {
  id: string;
  name: string;
  budget_type: BudgetType;
  funding_type: FundingType;
  balance: string;
  target_balance: string;
  funding_amount: string | null;
  target_date: string | null;
  fillup_goal_id: string | null;
  archived: boolean;
  paused: boolean;
  complete: boolean;
  funding_schedule: string;
  recurrance_schedule: string | null;
  schedule_anchor: string;
  funding_floor: string;
  recurrence_floor: string;
}

/** Column → its SQL; amounts as text, because JSON would turn them into binary fractions. */
function expressions(alias: string): Record<keyof FundingColumns, string> {
  return {
    id: `${alias}.id`,
    name: `${alias}.name`,
    budget_type: `${alias}.budget_type`,
    funding_type: `${alias}.funding_type`,
    balance: `${alias}.balance::text`,
    target_balance: `${alias}.target_balance::text`,
    funding_amount: `${alias}.funding_amount::text`,
    target_date: `${alias}.target_date`,
    fillup_goal_id: `${alias}.fillup_goal_id`,
    archived: `(${alias}.archived_at IS NOT NULL)`,
    paused: `${alias}.paused`,
    complete: `${alias}.complete`,
    funding_schedule: `${alias}.funding_schedule`,
    recurrance_schedule: `${alias}.recurrance_schedule`,
    schedule_anchor: `${alias}.schedule_anchor`,
    funding_floor: `${alias}.funding_floor`,
    recurrence_floor: `${alias}.recurrence_floor`,
  };
}

/**
 * A SELECT list of FundingColumns.
 * @param alias of the budget's row
 */
export function fundingColumnsSql(alias: string): string {
  return Object.entries(expressions(alias)).map(([column, sql]) => `${sql} AS ${column}`).join(', ');
}

/**
 * One jsonb object of FundingColumns, for a second budget within the row of a first.
 * @param alias of the budget's row
 */
export function fundingColumnsJsonSql(alias: string): string {
  return `jsonb_build_object(${Object.entries(expressions(alias)).map(([column, sql]) => `'${column}', ${sql}`).join(', ')})`;
}

/** Reads what SQL returned. */
export function fundingBudgetOf(row: FundingColumns): FundingBudget {
  return {
    id: row.id,
    name: row.name,
    budgetType: row.budget_type,
    fundingType: row.funding_type,
    balance: new Decimal(row.balance),
    targetBalance: new Decimal(row.target_balance),
    fundingAmount: row.funding_amount === null ? null : new Decimal(row.funding_amount),
    targetDate: optionalDate(row.target_date),
    fillupGoalId: row.fillup_goal_id,
    archived: row.archived,
    paused: row.paused,
    complete: row.complete,
    fundingSchedule: row.funding_schedule,
    recurrenceSchedule: row.recurrance_schedule,
    scheduleAnchor: calendarDate(row.schedule_anchor),
    fundingFloor: calendarDate(row.funding_floor),
    recurrenceFloor: calendarDate(row.recurrence_floor),
  };
}

function optionalDate(text: string | null): CalendarDate | null {
  return text === null ? null : calendarDate(text);
}
