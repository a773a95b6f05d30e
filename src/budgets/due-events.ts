import type { CalendarDate } from '../dates.ts';
import { toCalendarDate, toEpochDay } from '../recurrence/epoch-days.ts';
import type { EventKind, FundingBudget } from './funding-input.ts';
import { occurrencesBetween } from '../recurrence/schedule.ts';

/** One date of one calendar of one budget that must be processed. */
export interface DueEvent {
  readonly budgetId: string;
  readonly kind: EventKind;
  readonly date: CalendarDate;
}

/** The dates through which each kind of a budget's events is done; only later dates are events. */
export interface Floors {
  readonly fundingFloor: CalendarDate;
  readonly recurrenceFloor: CalendarDate;
}

/** What moves the floors when a user changes a budget. */
export type FloorBasis = Pick<FundingBudget, 'budgetType' | 'paused' | 'complete' | 'fundingSchedule' | 'recurrenceSchedule'>;

/** Years of missed dates are collected in pieces of so many days, so that memory stays bounded. */
const WINDOW_DAYS = 366;

/**
 * The last date whose events may be processed: dates beyond what has been imported wait.
 * @returns null when nothing was imported yet.
 */
export function gateOf(lastPostedThrough: CalendarDate | null, today: CalendarDate): CalendarDate | null {
  return lastPostedThrough === null ? null : earlier(lastPostedThrough, today);
}

/**
 * Says which calendars of a budget make events: not those of archived budgets, of fill-ups (funded through
 * their parent) and of Unallocated; no funding of complete goals; recurrences only of recurring budgets.
 */
export function activeKinds(budget: FundingBudget, unallocatedBudgetId: string): EventKind[] {
  if (budget.archived || budget.budgetType === 'A' || budget.id === unallocatedBudgetId) return [];
  const kinds: EventKind[] = [];
  if (budget.fundingSchedule && !isCompleteGoal(budget)) kinds.push('fund');
  if (budget.recurrenceSchedule && budget.budgetType === 'R') kinds.push('recur');
  return kinds;
}

/** A goal that was reached once is done, even when its money is spent. */
export function isCompleteGoal(budget: Pick<FundingBudget, 'budgetType' | 'complete'>): boolean {
  return budget.budgetType === 'G' && budget.complete;
}

/** The date after which a calendar's dates are events. */
export function floorOf(floors: Floors, kind: EventKind): CalendarDate {
  return kind === 'fund' ? floors.fundingFloor : floors.recurrenceFloor;
}

/** Lists the dates of one calendar of a budget after one date and through another. */
export function datesOf(budget: FundingBudget, kind: EventKind, after: CalendarDate, through: CalendarDate, limit?: number): CalendarDate[] {
  const schedule = kind === 'fund' ? budget.fundingSchedule : budget.recurrenceSchedule;
  return occurrencesBetween(schedule, budget.scheduleAnchor, after, through, limit);
}

/**
 * Yields the events of an account up to the gate, in the order in which they are processed: by date,
 * funding before recurrence, then by budget id.
 * @param gate the last date, from `gateOf`.
 */
export function* dueEvents(budgets: readonly FundingBudget[], unallocatedBudgetId: string, gate: CalendarDate): Generator<DueEvent, void, undefined> {
  const calendars = budgets.flatMap((budget) => activeKinds(budget, unallocatedBudgetId).map((kind) => ({ budget, kind, floor: floorOf(budget, kind) })));
  const lastDay = toEpochDay(gate);
  let windowStart = Math.min(...calendars.map(({ floor }) => toEpochDay(floor)));
  for (; windowStart < lastDay; windowStart += WINDOW_DAYS) {
    const after = toCalendarDate(windowStart);
    const through = toCalendarDate(Math.min(windowStart + WINDOW_DAYS, lastDay));
    const events = calendars.flatMap(({ budget, kind, floor }) =>
      datesOf(budget, kind, later(floor, after), through).map((date) => ({ budgetId: budget.id, kind, date })),
    );
    yield* events.sort(compareEvents);
  }
}

/**
 * The floors of a budget after a change. What was not scheduled at the time is never funded later: a new or
 * changed calendar, a budget that was paused and a goal that was done start today.
 * @param before null for a new budget.
 * @param today in the timezone of the account's first owner.
 */
export function floorsAfterChange(before: (FloorBasis & Floors) | null, after: FloorBasis, today: CalendarDate): Floors {
  if (before === null) return { fundingFloor: today, recurrenceFloor: today };
  const resumed = before.paused && !after.paused;
  const reopened = isCompleteGoal(before) && !isCompleteGoal(after);
  const fundingChanged = (before.fundingSchedule ?? '') !== (after.fundingSchedule ?? '');
  const recurrenceChanged = (before.recurrenceSchedule ?? '') !== (after.recurrenceSchedule ?? '');
  return {
    fundingFloor: resumed || reopened || fundingChanged ? later(before.fundingFloor, today) : before.fundingFloor,
    recurrenceFloor: resumed || recurrenceChanged ? later(before.recurrenceFloor, today) : before.recurrenceFloor,
  };
}

/** The later of two dates. */
export function later(left: CalendarDate, right: CalendarDate): CalendarDate {
  return left > right ? left : right;
}

function earlier(left: CalendarDate, right: CalendarDate): CalendarDate {
  return left < right ? left : right;
}

function compareEvents(left: DueEvent, right: DueEvent): number {
  // 'fund' sorts before 'recur' as text, too.
  return compareText(left.date, right.date) || compareText(left.kind, right.kind) || compareText(left.budgetId, right.budgetId);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
