import { issueText, type Issue, type IssueCode } from '../errors.ts';
import { daysInMonth, epochDayOf, type EpochDay } from './epoch-days.ts';

export type Frequency = 'YEARLY' | 'MONTHLY' | 'WEEKLY' | 'DAILY';

/** One entry of BYDAY: Monday 0 to Sunday 6, and which one of its month or year (null: each; negative: from the end). */
export interface WeekdayPart {
  readonly weekday: number;
  readonly ordinal: number | null;
}

/** An RRULE (RFC 5545, section 3.3.10) on calendar dates. An empty list means that the part is absent. */
export interface RecurrenceRule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  readonly until: EpochDay | null;
  /** Monday 0 to Sunday 6. */
  readonly weekStart: number;
  readonly byMonth: readonly number[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNumber: readonly number[];
  readonly byDay: readonly WeekdayPart[];
  readonly bySetPosition: readonly number[];
}

/** Why a schedule is not accepted. Who knows which field held its text makes an issue of it. */
export interface ScheduleProblem {
  readonly code: Extract<IssueCode, `schedule_${string}`>;
  readonly params?: NonNullable<Issue['params']>;
}

/** A schedule that cannot be accepted. */
export class ScheduleError extends Error {
  readonly problem: ScheduleProblem;

  constructor(code: ScheduleProblem['code'], params: NonNullable<Issue['params']> = {}) {
    super(issueText({ code, params }));
    this.name = 'ScheduleError';
    this.problem = { code, params };
  }
}

export const MAXIMUM_INTERVAL = 1000;
const EARLIEST_YEAR = 1900;
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const SUB_DAILY = ['HOURLY', 'MINUTELY', 'SECONDLY'];
/** Schedules are calendar dates, so whatever speaks about the time of day has no meaning and is left out. */
const DROPPED_PARTS = new Set(['BYHOUR', 'BYMINUTE', 'BYSECOND', 'TZID']);
const KNOWN_PARTS = new Set([
  'FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYMONTH', 'BYMONTHDAY', 'BYYEARDAY', 'BYWEEKNO', 'BYDAY', 'BYSETPOS',
]);

/**
 * Reads the value of an RRULE property.
 * @param value what stands after `RRULE:`.
 * @returns the rule, and its text with the parts as they were sent, less those on the time of day.
 * @throws ScheduleError when it is no rule, or one that is not accepted.
 */
export function parseRule(value: string): { rule: RecurrenceRule; text: string } {
  const parts = readParts(value);
  const until = parts.get('UNTIL');
  const rule: RecurrenceRule = {
    frequency: readFrequency(parts.get('FREQ')),
    interval: readInterval(parts.get('INTERVAL')),
    count: parts.has('COUNT') ? readPositive('COUNT', parts.get('COUNT')) : null,
    until: until === undefined ? null : parseDay(until),
    weekStart: parts.has('WKST') ? readWeekday(parts.get('WKST') ?? '') : 0,
    byMonth: readList(parts, 'BYMONTH', 1, 12, false),
    byMonthDay: readList(parts, 'BYMONTHDAY', 1, 31, true),
    byYearDay: readList(parts, 'BYYEARDAY', 1, 366, true),
    byWeekNumber: readList(parts, 'BYWEEKNO', 1, 53, true),
    byDay: readByDay(parts.get('BYDAY')),
    bySetPosition: readList(parts, 'BYSETPOS', 1, 366, true),
  };
  checkCombination(rule);
  return { rule, text: [...parts].map(([name, part]) => `${name}=${name === 'UNTIL' ? normalUntil(part) : part}`).join(';') };
}

/**
 * Reads a DATE or DATE-TIME of RFC 5545 as a day; the time of day and the zone are left out.
 * @throws ScheduleError when it is no such text, does not exist in the calendar, or lies before 1900.
 */
export function parseDay(text: string): EpochDay {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?$/i.exec(text);
  const [year, month, dayOfMonth] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])];
  if (!match || month < 1 || month > 12 || dayOfMonth < 1 || dayOfMonth > daysInMonth(year, month)) {
    throw new ScheduleError('schedule_not_a_date', { text });
  }
  if (year < EARLIEST_YEAR) throw new ScheduleError('schedule_date_too_early', { year: EARLIEST_YEAR });
  return epochDayOf(year, month, dayOfMonth);
}

function readParts(value: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const part of value.split(';')) {
    const match = /^([A-Za-z]+)=(\S+)$/.exec(part);
    const name = match?.[1]?.toUpperCase();
    const text = match?.[2];
    if (name === undefined || text === undefined) throw new ScheduleError('schedule_unreadable_part', { part });
    if (DROPPED_PARTS.has(name)) continue;
    if (!KNOWN_PARTS.has(name)) throw new ScheduleError('schedule_unknown_part', { name });
    if (parts.has(name)) throw new ScheduleError('schedule_part_twice', { name });
    parts.set(name, text);
  }
  return parts;
}

function readFrequency(text: string | undefined): Frequency {
  const frequency = text?.toUpperCase();
  switch (frequency) {
    case 'YEARLY':
    case 'MONTHLY':
    case 'WEEKLY':
    case 'DAILY':
      return frequency;
    case undefined:
      throw new ScheduleError('schedule_without_frequency');
    default:
      if (SUB_DAILY.includes(frequency)) throw new ScheduleError('schedule_within_days');
      throw new ScheduleError('schedule_unknown_frequency', { frequency });
  }
}

function readInterval(text: string | undefined): number {
  if (text === undefined) return 1;
  const interval = readPositive('INTERVAL', text);
  if (interval > MAXIMUM_INTERVAL) throw new ScheduleError('schedule_interval_too_long', { maximum: MAXIMUM_INTERVAL });
  return interval;
}

function readPositive(name: string, text = ''): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1) throw new ScheduleError('schedule_not_positive', { name });
  return value;
}

function readList(parts: Map<string, string>, name: string, minimum: number, maximum: number, signed: boolean): number[] {
  const text = parts.get(name);
  if (text === undefined) return [];
  return text.split(',').map((item) => {
    const value = /^[+-]?\d{1,3}$/.test(item) ? Number(item) : Number.NaN;
    const size = signed ? Math.abs(value) : value;
    if (!(size >= minimum && size <= maximum)) throw new ScheduleError('schedule_impossible_value', { name, value: item });
    return value;
  });
}

function readByDay(text: string | undefined): WeekdayPart[] {
  if (text === undefined) return [];
  return text.split(',').map((item) => {
    const match = /^([+-]?\d{1,2})?([A-Za-z]{2})$/.exec(item);
    const ordinal = match?.[1] === undefined ? null : Number(match[1]);
    if (!match || ordinal === 0 || (ordinal !== null && Math.abs(ordinal) > 53)) {
      throw new ScheduleError('schedule_impossible_value', { name: 'BYDAY', value: item });
    }
    return { weekday: readWeekday(match[2] ?? ''), ordinal };
  });
}

function readWeekday(text: string): number {
  const weekday = WEEKDAYS.indexOf(text.toUpperCase());
  if (weekday === -1) throw new ScheduleError('schedule_not_a_weekday', { text });
  return weekday;
}

/** A date stays a date; a timestamp keeps its form, with its time of day gone, like all others in the normal form. */
function normalUntil(text: string): string {
  return text.length > 8 ? `${text.slice(0, 8)}T000000Z` : text;
}

/** The parts that RFC 5545, section 3.3.10 forbids together, and those that can never name a day. */
function checkCombination(rule: RecurrenceRule): void {
  const { frequency } = rule;
  const short = frequency === 'DAILY' || frequency === 'WEEKLY';
  const hasOrdinal = rule.byDay.some((part) => part.ordinal !== null);
  refuseIf(rule.count !== null && rule.until !== null, 'schedule_ends_twice');
  refuseIf(short && rule.bySetPosition.length > 0, 'schedule_part_not_allowed', { name: 'BYSETPOS', frequency });
  refuseIf(frequency !== 'YEARLY' && rule.byWeekNumber.length > 0, 'schedule_part_not_allowed', { name: 'BYWEEKNO', frequency });
  refuseIf(frequency !== 'YEARLY' && rule.byYearDay.length > 0, 'schedule_part_not_allowed', { name: 'BYYEARDAY', frequency });
  refuseIf(frequency === 'WEEKLY' && rule.byMonthDay.length > 0, 'schedule_part_not_allowed', { name: 'BYMONTHDAY', frequency });
  refuseIf(hasOrdinal && short, 'schedule_numbered_weekday', { part: `FREQ=${frequency}` });
  refuseIf(hasOrdinal && rule.byWeekNumber.length > 0, 'schedule_numbered_weekday', { part: 'BYWEEKNO' });
  // 2000 stands for any leap year: February counts as having 29 days.
  const possible = rule.byMonth.some((month) => rule.byMonthDay.some((day) => Math.abs(day) <= daysInMonth(2000, month)));
  refuseIf(rule.byMonth.length > 0 && rule.byMonthDay.length > 0 && !possible, 'schedule_impossible_months');
}

function refuseIf(condition: boolean, code: ScheduleProblem['code'], params?: Issue['params']): void {
  if (condition) throw new ScheduleError(code, params);
}
