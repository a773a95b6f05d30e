import { addDays, calendarDate, type CalendarDate } from '../../src/dates.ts';

/** A rule as the tests make it up. */
export interface NaiveRule {
  frequency: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';
  interval: number;
  count?: number | undefined;
  /** UNTIL, in days after the start. */
  untilDays?: number | undefined;
  weekStart?: string | undefined;
  byMonth?: number[] | undefined;
  byMonthDay?: number[] | undefined;
  byDay?: string[] | undefined;
  byYearDay?: number[] | undefined;
  byWeekNumber?: number[] | undefined;
  bySetPosition?: number[] | undefined;
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/**
 * The oracle: puts every single day from the start into its period, keeps those that the parts of the
 * rule name, and only then looks at positions, COUNT and UNTIL. Slow, and without one shortcut.
 */
export function naiveOccurrences(rule: NaiveRule, start: CalendarDate, through: CalendarDate): CalendarDate[] {
  const complete = withDefaults(rule, start);
  const periods = new Map<string, CalendarDate[]>();
  // Whole periods, so that positions count from their true beginning and end.
  const first = calendarDate(`${start.slice(0, 4)}-01-01`);
  const end = addDays(through, 372);
  for (let day = addDays(first, -7); day <= end; day = addDays(day, 1)) {
    if (!isInPhase(complete, start, day)) continue;
    const key = periodKey(complete, day);
    const members = periods.get(key) ?? [];
    if (isNamed(complete, day)) members.push(day);
    periods.set(key, members);
  }
  const last = rule.untilDays === undefined ? through : [through, addDays(start, rule.untilDays)].sort()[0];
  return [...periods.values()]
    .flatMap((members) => atPositions(members, rule.bySetPosition))
    .filter((day) => day >= start)
    .slice(0, rule.count)
    .filter((day) => last !== undefined && day <= last);
}

function withDefaults(rule: NaiveRule, start: CalendarDate): NaiveRule {
  if (rule.byDay ?? rule.byMonthDay ?? rule.byYearDay ?? rule.byWeekNumber) return rule;
  const monthDay = [Number(start.slice(8))];
  switch (rule.frequency) {
    case 'DAILY':
      return rule;
    case 'WEEKLY':
      return { ...rule, byDay: [weekdayName(start)] };
    case 'MONTHLY':
      return { ...rule, byMonthDay: monthDay };
    case 'YEARLY':
      return { ...rule, byMonthDay: monthDay, byMonth: rule.byMonth ?? [Number(start.slice(5, 7))] };
  }
}

function isInPhase(rule: NaiveRule, start: CalendarDate, day: CalendarDate): boolean {
  const months = (date: CalendarDate): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7));
  const distance = {
    DAILY: () => daysFrom(start, day),
    WEEKLY: () => daysFrom(weekStart(start, rule), weekStart(day, rule)) / 7,
    MONTHLY: () => months(day) - months(start),
    YEARLY: () => Number(day.slice(0, 4)) - Number(start.slice(0, 4)),
  }[rule.frequency]();
  return distance % rule.interval === 0;
}

function periodKey(rule: NaiveRule, day: CalendarDate): string {
  return { DAILY: day, WEEKLY: weekStart(day, rule), MONTHLY: day.slice(0, 7), YEARLY: day.slice(0, 4) }[rule.frequency];
}

function isNamed(rule: NaiveRule, day: CalendarDate): boolean {
  const sameYear = daysOf(day.slice(0, 4));
  const sameMonth = daysOf(day.slice(0, 7));
  return (
    (!rule.byMonth || rule.byMonth.includes(Number(day.slice(5, 7)))) &&
    (!rule.byMonthDay || positionNamed(rule.byMonthDay, sameMonth, day)) &&
    (!rule.byDay || rule.byDay.some((part) => isWeekday(part, day, rule, sameMonth, sameYear))) &&
    (!rule.byYearDay || positionNamed(rule.byYearDay, sameYear, day)) &&
    (!rule.byWeekNumber || isWeek(rule.byWeekNumber, day, rule))
  );
}

function isWeekday(part: string, day: CalendarDate, rule: NaiveRule, sameMonth: CalendarDate[], sameYear: CalendarDate[]): boolean {
  const name = part.slice(-2);
  if (weekdayName(day) !== name) return false;
  if (part.length === 2) return true;
  const scope = rule.frequency === 'YEARLY' && !rule.byMonth ? sameYear : sameMonth;
  return positionNamed([Number(part.slice(0, -2))], scope.filter((other) => weekdayName(other) === name), day);
}

/** ISO 8601: the week that has the year's first Thursday is week 1; here Thursday is the fourth day of the week. */
function isWeek(numbers: number[], day: CalendarDate, rule: NaiveRule): boolean {
  const middle = addDays(weekStart(day, rule), 3);
  const middles = daysOf(middle.slice(0, 4)).filter((other) => weekdayName(other) === weekdayName(middle));
  return positionNamed(numbers, middles, middle);
}

function atPositions(members: CalendarDate[], positions: number[] | undefined): CalendarDate[] {
  return positions ? members.filter((day) => positionNamed(positions, members, day)) : members;
}

function positionNamed(positions: number[], members: CalendarDate[], day: CalendarDate): boolean {
  return positions.some((position) => members.at(position > 0 ? position - 1 : position) === day && Math.abs(position) <= members.length);
}

const daysByPrefix = new Map<string, CalendarDate[]>();

/** All days of a year (`2026`) or a month (`2026-03`). */
function daysOf(prefix: string): CalendarDate[] {
  let days = daysByPrefix.get(prefix);
  if (!days) {
    days = [];
    for (let day = calendarDate(`${prefix}-01-01`.slice(0, 10)); day.startsWith(prefix); day = addDays(day, 1)) days.push(day);
    daysByPrefix.set(prefix, days);
  }
  return days;
}

function weekStart(day: CalendarDate, rule: NaiveRule): CalendarDate {
  const first = WEEKDAYS.indexOf(rule.weekStart ?? 'MO');
  return addDays(day, -((WEEKDAYS.indexOf(weekdayName(day)) - first + 7) % 7));
}

function weekdayName(day: CalendarDate): string {
  return WEEKDAYS[new Date(day).getUTCDay()] ?? '';
}

function daysFrom(from: CalendarDate, to: CalendarDate): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}
