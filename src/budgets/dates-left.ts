import type { CalendarDate } from '../dates.ts';
import { toEpochDay, type EpochDay } from '../recurrence/epoch-days.ts';
import type { FundingBudget } from './funding-input.ts';
import { scheduledDays } from '../recurrence/schedule.ts';

/** Dates further ahead than a century are not counted: a target date of 9999 must not cost three million dates. */
const HORIZON_DAYS = 36_525;

/**
 * Counts how many funding dates a budget has left, for each of its dates in one run. The calendars are walked forward only,
 * however many dates are asked for, and none of their days is remembered: a run has thousands of these, and a daily
 * calendar has 36,525 days in a century.
 */
export class DatesLeft {
  readonly #budget: FundingBudget;
  /** Stands at the date that is asked for. */
  readonly #start: DayCounter;
  /** Stands behind the end of that date's count, which never lies before the end of an earlier one's. */
  readonly #end: DayCounter;
  readonly #recurrences: DayCounter;

  /**
   * @param firstDate the earliest date that will be asked for.
   * @param lastDate the latest one.
   */
  constructor(budget: FundingBudget, firstDate: CalendarDate, lastDate: CalendarDate) {
    const from = toEpochDay(firstDate);
    const through = toEpochDay(lastDate) + HORIZON_DAYS;
    this.#budget = budget;
    const counter = (schedule: string | null): DayCounter => new DayCounter(scheduledDays(schedule, budget.scheduleAnchor, from, through));
    this.#start = counter(budget.fundingSchedule);
    this.#end = counter(budget.fundingSchedule);
    this.#recurrences = counter(budget.recurrenceSchedule);
  }

  /**
   * @param date a date of the funding schedule, not before the one last asked for.
   * @returns the number of funding dates from this one through the end, at least 1. The end is the next
   *   recurrence of a recurring budget, else the target date, else this date.
   */
  from(date: CalendarDate): number {
    const day = toEpochDay(date);
    const end = Math.min(this.#endFor(day), day + HORIZON_DAYS);
    // A target date that has passed. Without this the end might go back.
    if (end <= day) return 1;
    return Math.max(1, this.#end.countBefore(end + 1) - this.#start.countBefore(day));
  }

  #endFor(day: EpochDay): EpochDay {
    const { budgetType, targetDate } = this.#budget;
    const recurrence = budgetType === 'R' ? this.#recurrences.firstFrom(day) : undefined;
    return recurrence ?? (targetDate === null ? day : toEpochDay(targetDate));
  }
}

/** Counts the days of an ascending sequence, which it reads only as far as someone asked. */
class DayCounter {
  readonly #days: Iterator<EpochDay, void>;
  /** The day that was read last; beyond the last one: infinity. */
  #day = Number.NEGATIVE_INFINITY;
  /** How many were read before it. */
  #count = 0;

  constructor(days: Iterator<EpochDay, void>) {
    this.#days = days;
  }

  /**
   * How many days lie before a given one.
   * @param day not before those that were asked for until now
   */
  countBefore(day: EpochDay): number {
    while (this.#day < day) {
      if (Number.isFinite(this.#day)) this.#count += 1;
      const next = this.#days.next();
      this.#day = next.done === true ? Number.POSITIVE_INFINITY : next.value;
    }
    return this.#count;
  }

  /** The first day on or after a given one, which must not lie before those that were asked for until now. */
  firstFrom(day: EpochDay): EpochDay | undefined {
    this.countBefore(day);
    return Number.isFinite(this.#day) ? this.#day : undefined;
  }
}
