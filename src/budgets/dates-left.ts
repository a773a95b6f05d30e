import type { CalendarDate } from '../dates.ts';
import { toEpochDay, type EpochDay } from '../recurrence/epoch-days.ts';
import type { FundingBudget } from './funding-input.ts';
import { scheduledDays } from '../recurrence/schedule.ts';

/** Dates further ahead than a century are not counted: a target date of 9999 must not cost three million dates. */
const HORIZON_DAYS = 36_525;

/**
 * Counts how many funding dates a budget has left, for each of its dates in one run. Both calendars are
 * walked once, however many dates are asked for.
 */
export class DatesLeft {
  readonly #budget: FundingBudget;
  readonly #fundingDays: LazyDays;
  readonly #recurrenceDays: LazyDays;

  /**
   * @param firstDate the earliest date that will be asked for.
   * @param lastDate the latest one.
   */
  constructor(budget: FundingBudget, firstDate: CalendarDate, lastDate: CalendarDate) {
    const from = toEpochDay(firstDate);
    const through = toEpochDay(lastDate) + HORIZON_DAYS;
    this.#budget = budget;
    this.#fundingDays = new LazyDays(scheduledDays(budget.fundingSchedule, budget.scheduleAnchor, from, through));
    this.#recurrenceDays = new LazyDays(scheduledDays(budget.recurrenceSchedule, budget.scheduleAnchor, from, through));
  }

  /**
   * @param date a date of the funding schedule.
   * @returns the number of funding dates from this one through the end, at least 1. The end is the next
   *   recurrence of a recurring budget, else the target date, else this date.
   */
  from(date: CalendarDate): number {
    const day = toEpochDay(date);
    const end = Math.min(this.#endFor(day), day + HORIZON_DAYS);
    return Math.max(1, this.#fundingDays.countBefore(end + 1) - this.#fundingDays.countBefore(day));
  }

  #endFor(day: EpochDay): EpochDay {
    const { budgetType, targetDate } = this.#budget;
    const recurrence = budgetType === 'R' ? this.#recurrenceDays.firstFrom(day) : undefined;
    return recurrence ?? (targetDate === null ? day : toEpochDay(targetDate));
  }
}

/** An ascending sequence that is read only as far as someone asked, and remembered. */
class LazyDays {
  readonly #days: EpochDay[] = [];
  readonly #source: Iterator<EpochDay, void>;
  #isExhausted = false;

  constructor(source: Iterator<EpochDay, void>) {
    this.#source = source;
  }

  /** How many days lie before a given one. */
  countBefore(day: EpochDay): number {
    this.#readThrough(day);
    let low = 0;
    let high = this.#days.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#days[middle] ?? day) < day) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first day on or after a given one. */
  firstFrom(day: EpochDay): EpochDay | undefined {
    return this.#days[this.countBefore(day)];
  }

  #readThrough(day: EpochDay): void {
    while (!this.#isExhausted && (this.#days.at(-1) ?? Number.NEGATIVE_INFINITY) < day) {
      const next = this.#source.next();
      if (next.done) this.#isExhausted = true;
      else this.#days.push(next.value);
    }
  }
}
