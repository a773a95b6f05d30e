import { civilDayOf, daysInMonth, epochDayOf, isLeapYear, weekdayOf, type CivilDay, type EpochDay } from './epoch-days.ts';
import type { RecurrenceRule, WeekdayPart } from './recurrence-rule.ts';

/**
 * Finds the days of a rule inside a window, by asking each day of each period (year, month, week or
 * day) that is in phase with the start whether every part of the rule admits it. The work is bounded
 * by the window, whatever the rule: a rule that never fires costs no more than one that always does.
 */
export class AnchoredRule {
  readonly #rule: RecurrenceRule;
  readonly #start: EpochDay;
  readonly #byMonth: ReadonlySet<number>;
  readonly #byMonthDay: readonly number[];
  readonly #byDay: readonly WeekdayPart[];
  /** How far COUNT has been followed: occurrences seen through that day, and the last one once it is known. */
  #counted = 0;
  #countedThrough: EpochDay;
  #lastCounted: EpochDay | null = null;

  /**
   * @param start day of DTSTART. It gives the phase of INTERVAL and, as in RFC 5545, whatever the rule
   *   leaves open: the day of the month, the month, the day of the week.
   */
  constructor(rule: RecurrenceRule, start: EpochDay) {
    this.#rule = rule;
    this.#start = start;
    this.#countedThrough = start - 1;
    const civil = civilDayOf(start);
    const dayIsOpen = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length === 0;
    const weekdayIsOpen = dayIsOpen && (rule.frequency === 'WEEKLY' || rule.byWeekNumber.length > 0);
    const monthDayIsOpen = dayIsOpen && !weekdayIsOpen && rule.frequency !== 'DAILY';
    const monthIsOpen = monthDayIsOpen && rule.frequency === 'YEARLY' && rule.byMonth.length === 0;
    this.#byMonth = new Set(monthIsOpen ? [civil.month] : rule.byMonth);
    this.#byMonthDay = monthDayIsOpen ? [civil.dayOfMonth] : rule.byMonthDay;
    this.#byDay = weekdayIsOpen ? [{ weekday: weekdayOf(start), ordinal: null }] : rule.byDay;
  }

  /** Yields the days of the rule from `from` through `through`, both included, in order. Never a day before the start. */
  *days(from: EpochDay, through: EpochDay): Generator<EpochDay, void, undefined> {
    const last = Math.min(through, this.#rule.until ?? through);
    yield* this.#uncountedDays(from, Math.min(last, this.#lastDayByCount(last)));
  }

  /** COUNT becomes the day of its last occurrence, found once and remembered, so that later windows need not start at DTSTART. */
  #lastDayByCount(through: EpochDay): EpochDay {
    const { count } = this.#rule;
    // No more than one occurrence a day: such a COUNT cannot be used up by then.
    if (count === null || count > through - this.#start) return through;
    if (this.#lastCounted === null && this.#countedThrough < through) {
      for (const day of this.#uncountedDays(this.#countedThrough + 1, through)) {
        this.#counted += 1;
        if (this.#counted === count) {
          this.#lastCounted = day;
          break;
        }
      }
      this.#countedThrough = through;
    }
    return this.#lastCounted ?? through;
  }

  *#uncountedDays(from: EpochDay, through: EpochDay): Generator<EpochDay, void, undefined> {
    const first = Math.max(from, this.#start);
    const { interval } = this.#rule;
    const offset = (this.#periodOf(first) - this.#periodOf(this.#start)) % interval;
    let period = this.#periodOf(first) + (offset === 0 ? 0 : interval - offset);
    for (; this.#firstDayOf(period) <= through; period += interval) {
      for (const day of this.#daysInPeriod(period)) {
        if (day > through) return;
        if (day >= first) yield day;
      }
    }
  }

  #periodOf(day: EpochDay): number {
    switch (this.#rule.frequency) {
      case 'DAILY':
        return day;
      case 'WEEKLY':
        return Math.floor((day - weekPhase(this.#rule.weekStart)) / 7);
      case 'MONTHLY': {
        const { year, month } = civilDayOf(day);
        return year * 12 + month - 1;
      }
      case 'YEARLY':
        return civilDayOf(day).year;
    }
  }

  #firstDayOf(period: number): EpochDay {
    switch (this.#rule.frequency) {
      case 'DAILY':
        return period;
      case 'WEEKLY':
        return period * 7 + weekPhase(this.#rule.weekStart);
      case 'MONTHLY':
        return epochDayOf(Math.floor(period / 12), (period % 12) + 1, 1);
      case 'YEARLY':
        return epochDayOf(period, 1, 1);
    }
  }

  #daysInPeriod(period: number): EpochDay[] {
    const days: EpochDay[] = [];
    const end = this.#firstDayOf(period + 1);
    for (let day = this.#firstDayOf(period); day < end; day += 1) {
      if (this.#admits(day)) days.push(day);
    }
    const positions = this.#rule.bySetPosition;
    if (positions.length === 0) return days;
    return days.filter((_, index) => positions.includes(index + 1) || positions.includes(index - days.length));
  }

  #admits(day: EpochDay): boolean {
    const { byYearDay, byWeekNumber } = this.#rule;
    const civil = civilDayOf(day);
    return (
      (this.#byMonth.size === 0 || this.#byMonth.has(civil.month)) &&
      (this.#byMonthDay.length === 0 || isListed(this.#byMonthDay, civil.dayOfMonth, daysInMonth(civil.year, civil.month))) &&
      (this.#byDay.length === 0 || this.#admitsWeekday(day, civil)) &&
      (byYearDay.length === 0 || isListed(byYearDay, day - epochDayOf(civil.year, 1, 1) + 1, daysInYear(civil.year))) &&
      (byWeekNumber.length === 0 || this.#admitsWeekNumber(day))
    );
  }

  #admitsWeekday(day: EpochDay, civil: CivilDay): boolean {
    const weekday = weekdayOf(day);
    return this.#byDay.some((part) => {
      if (part.weekday !== weekday) return false;
      if (part.ordinal === null) return true;
      // "2MO" counts within the month, except in a YEARLY rule without BYMONTH: there within the year.
      const inYear = this.#rule.frequency === 'YEARLY' && this.#rule.byMonth.length === 0;
      const first = epochDayOf(civil.year, inYear ? 1 : civil.month, 1);
      const length = inYear ? daysInYear(civil.year) : daysInMonth(civil.year, civil.month);
      const fromStart = Math.floor((day - first) / 7) + 1;
      const fromEnd = -(Math.floor((first + length - 1 - day) / 7) + 1);
      return part.ordinal === fromStart || part.ordinal === fromEnd;
    });
  }

  /** Weeks as in ISO 8601, but starting on WKST: a week belongs to the year that has at least four of its days. */
  #admitsWeekNumber(day: EpochDay): boolean {
    const { weekStart, byWeekNumber } = this.#rule;
    const week = startOfWeek(day, weekStart);
    const { year } = civilDayOf(week + 3);
    const firstWeek = startOfWeek(epochDayOf(year, 1, 4), weekStart);
    const nextFirstWeek = startOfWeek(epochDayOf(year + 1, 1, 4), weekStart);
    return isListed(byWeekNumber, (week - firstWeek) / 7 + 1, (nextFirstWeek - firstWeek) / 7);
  }
}

/** Says whether a list names a position counted from 1, or, with a negative entry, from the end. */
function isListed(list: readonly number[], position: number, length: number): boolean {
  return list.includes(position) || list.includes(position - length - 1);
}

function daysInYear(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

function startOfWeek(day: EpochDay, weekStart: number): EpochDay {
  return day - ((weekdayOf(day) - weekStart + 7) % 7);
}

/** The first day from 1970-01-01 on which a week starts; weeks are counted from there. */
function weekPhase(weekStart: number): EpochDay {
  return (weekStart + 4) % 7;
}
