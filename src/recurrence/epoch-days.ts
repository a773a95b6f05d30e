import type { CalendarDate } from '../dates.ts';

/**
 * A day as the number of days since 1970-01-01. Schedules are searched in these plain integers:
 * no clock, no zone, no daylight saving can touch them.
 */
export type EpochDay = number;

/** A day taken apart: month 1 to 12, day of the month 1 to 31. */
export interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const DAYS_PER_ERA = 146_097;
/** Days from 0000-03-01, where the eras below start, to 1970-01-01. */
const ERA_OFFSET = 719_468;
/** The Gregorian calendar repeats after this many years. */
const YEARS_PER_ERA = 400;

/** Says whether a year of the Gregorian calendar has a February 29. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/**
 * Says how many days a month has.
 * @param month 1 to 12.
 */
export function daysInMonth(year: number, month: number): number {
  if (month === 2 && isLeapYear(year)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}

/**
 * Puts a day together. Years are counted from March here, so that the leap day comes last and every
 * month's offset is the same in all years (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
 * @param month 1 to 12.
 * @param dayOfMonth 1 to the length of the month; not checked.
 */
export function epochDayOf(year: number, month: number, dayOfMonth: number): EpochDay {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / YEARS_PER_ERA);
  const yearOfEra = marchYear - era * YEARS_PER_ERA;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - ERA_OFFSET;
}

/** Takes a day apart: the inverse of `epochDayOf`. */
export function civilDayOf(day: EpochDay): CivilDay {
  const shifted = day + ERA_OFFSET;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * YEARS_PER_ERA + (month <= 2 ? 1 : 0);
  return { year, month, dayOfMonth: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1 };
}

/** Says which day of the week a day is: Monday 0 to Sunday 6. */
export function weekdayOf(day: EpochDay): number {
  // 1970-01-01 was a Thursday.
  return (((day + 3) % 7) + 7) % 7;
}

/** Reads a calendar date as a day number. */
export function toEpochDay(date: CalendarDate): EpochDay {
  return epochDayOf(Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10)));
}

/** Writes a day number as a calendar date; years 0 to 9999. */
export function toCalendarDate(day: EpochDay): CalendarDate {
  const { year, month, dayOfMonth } = civilDayOf(day);
  const text = `${pad(year, 4)}-${pad(month, 2)}-${pad(dayOfMonth, 2)}`;
  return text as CalendarDate;
}

/** Moves a day by whole years; February 29 becomes February 28 where it does not exist. */
export function addYears(day: EpochDay, years: number): EpochDay {
  const { year, month, dayOfMonth } = civilDayOf(day);
  return epochDayOf(year + years, month, Math.min(dayOfMonth, daysInMonth(year + years, month)));
}

function pad(value: number, length: number): string {
  return value.toString().padStart(length, '0');
}
