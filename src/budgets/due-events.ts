import type { CalendarDate } from '../dates.ts';
import { toCalendarDate, toEpochDay, type EpochDay } from '../recurrence/epoch-days.ts';
import type { EventKind, FundingBudget } from './funding-input.ts';
import { occurrencesBetween, scheduledDays } from '../recurrence/schedule.ts';

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

/** One kind of one budget's dates, read only as far as they are needed. */
interface Calendar {
  readonly budgetId: string;
  readonly kind: EventKind;
  readonly days: Iterator<EpochDay, void>;
}

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
  return occurrencesBetween(scheduleOf(budget, kind), budget.scheduleAnchor, after, through, limit);
}

/**
 * Yields the events of an account up to the gate, in the order in which they are processed: by date, funding before
 * recurrence, then by budget id. Each calendar is read one date ahead, so that who stops early pays for no more, and
 * whatever the number of years, only one date of each calendar is in memory.
 * @param gate the last date, from `gateOf`.
 * @returns null between two calendars that are searched: no event, but a place to let others have their turn
 */
export function* dueEvents(budgets: readonly FundingBudget[], unallocatedBudgetId: string, gate: CalendarDate): Generator<DueEvent | null, void, undefined> {
  const lastDay = toEpochDay(gate);
  const calendarsByDay = new Map<EpochDay, Calendar[]>();
  let firstDay = lastDay;
  const advance = (calendar: Calendar): void => {
    const next = calendar.days.next();
    if (next.done === true) return;
    firstDay = Math.min(firstDay, next.value);
    const sameDay = calendarsByDay.get(next.value);
    if (sameDay) sameDay.push(calendar);
    else calendarsByDay.set(next.value, [calendar]);
  };
  for (const budget of budgets) {
    for (const kind of activeKinds(budget, unallocatedBudgetId)) {
      advance({ budgetId: budget.id, kind, days: daysOf(budget, kind, toEpochDay(floorOf(budget, kind)) + 1, lastDay) });
      yield null;
    }
  }
  for (let day = firstDay; day <= lastDay && calendarsByDay.size > 0; day += 1) {
    const calendars = calendarsByDay.get(day);
    if (!calendars) continue;
    calendarsByDay.delete(day);
    const date = toCalendarDate(day);
    for (const calendar of calendars.sort(compareCalendars)) {
      yield { budgetId: calendar.budgetId, kind: calendar.kind, date };
      advance(calendar);
    }
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

function scheduleOf(budget: FundingBudget, kind: EventKind): string | null {
  return kind === 'fund' ? budget.fundingSchedule : budget.recurrenceSchedule;
}

function daysOf(budget: FundingBudget, kind: EventKind, from: EpochDay, through: EpochDay): Iterator<EpochDay, void> {
  return scheduledDays(scheduleOf(budget, kind), budget.scheduleAnchor, from, through);
}

function compareCalendars(left: Calendar, right: Calendar): number {
  // 'fund' sorts before 'recur' as text, too.
  return compareText(left.kind, right.kind) || compareText(left.budgetId, right.budgetId);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
