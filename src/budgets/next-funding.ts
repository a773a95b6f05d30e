import type { CalendarDate } from '../dates.ts';
import { ZERO, type Decimal } from '../money.ts';
import { fundAmount } from './funding-amounts.ts';
import { DatesLeft } from './dates-left.ts';
import { activeKinds, datesOf } from './due-events.ts';
import { addYears, toCalendarDate, toEpochDay } from '../recurrence/epoch-days.ts';
import type { FundingAccount, FundingBudget } from './funding-input.ts';

/** The next fund event of a budget, if nothing else happens before it. */
export interface NextFunding {
  /** The earliest date that is not processed yet; in the past while it waits for the next import. */
  readonly date: CalendarDate;
  /** What the formula gives with today's balances, not limited by Unallocated. Positive. */
  readonly amount: Decimal;
  /** The imported transactions do not reach that date yet. */
  readonly deferred: boolean;
}

/** What the next funding depends on besides the budget. */
export interface NextFundingContext extends Omit<FundingAccount, 'unallocatedBalance'> {
  readonly today: CalendarDate;
}

/** What the budgets with one schedule text get at their next events. */
export interface ScheduleSummary {
  readonly schedule: string;
  /** The earliest next date among them. */
  readonly nextDate: CalendarDate;
  readonly totalAmount: Decimal;
  readonly budgetCount: number;
}

const SEARCH_YEARS = 10;

/**
 * Finds the next fund event of a budget.
 * @param parent of a fill-up: the recurring budget whose calendar and settings fund it; null for others.
 * @returns null when there is none: paused, archived, a complete goal, a recurring budget with a fill-up
 *   (the fill-up has it instead), Unallocated, no date in the next 10 years, or nothing to move.
 */
export function nextFunding(budget: FundingBudget, parent: FundingBudget | null, context: NextFundingContext): NextFunding | null {
  const terms = budget.budgetType === 'A' ? parent : budget;
  if (!terms || budget.archived || terms.paused || (terms === budget && isFundedThroughFillup(budget))) return null;
  if (!activeKinds(terms, context.unallocatedBudgetId).includes('fund')) return null;
  const horizon = toCalendarDate(addYears(toEpochDay(context.today), SEARCH_YEARS));
  const [date] = datesOf(terms, 'fund', terms.fundingFloor, horizon, 1);
  if (date === undefined) return null;
  const amount = fundAmount(terms, budget, () => new DatesLeft(terms, date, date).from(date), context.currency);
  if (amount.isZero()) return null;
  const { lastPostedThrough } = context;
  return { date, amount, deferred: lastPostedThrough === null || lastPostedThrough < date };
}

/**
 * Finds the parents of fill-ups.
 * @returns by the id of the fill-up.
 */
export function parentsByFillup(budgets: readonly FundingBudget[]): Map<string, FundingBudget> {
  const parents = new Map<string, FundingBudget>();
  for (const budget of budgets) {
    if (budget.fillupGoalId !== null) parents.set(budget.fillupGoalId, budget);
  }
  return parents;
}

/**
 * Sums the next fund events of an account by schedule text; a fill-up counts under its parent's.
 * @returns the groups by next date, then by text, and the total of all.
 */
export function fundingSummary(budgets: readonly FundingBudget[], context: NextFundingContext): { schedules: ScheduleSummary[]; totalAmount: Decimal } {
  const parents = parentsByFillup(budgets);
  const groups = new Map<string, ScheduleSummary>();
  let totalAmount = ZERO;
  for (const budget of budgets) {
    const parent = parents.get(budget.id) ?? null;
    const next = nextFunding(budget, parent, context);
    const schedule = (parent ?? budget).fundingSchedule;
    if (!next || schedule === null) continue;
    const group = groups.get(schedule);
    totalAmount = totalAmount.plus(next.amount);
    groups.set(schedule, {
      schedule,
      nextDate: group && group.nextDate < next.date ? group.nextDate : next.date,
      totalAmount: (group?.totalAmount ?? ZERO).plus(next.amount),
      budgetCount: (group?.budgetCount ?? 0) + 1,
    });
  }
  const schedules = [...groups.values()].sort((left, right) => (`${left.nextDate} ${left.schedule}` < `${right.nextDate} ${right.schedule}` ? -1 : 1));
  return { schedules, totalAmount };
}

function isFundedThroughFillup(budget: FundingBudget): boolean {
  return budget.budgetType === 'R' && budget.fillupGoalId !== null;
}
