import type { CalendarDate } from '../dates.ts';
import { addYears, toCalendarDate, toEpochDay, type EpochDay } from './epoch-days.ts';
import { AnchoredRule } from './recurrence-days.ts';
import { ScheduleError, type ScheduleProblem } from './recurrence-rule.ts';
import { parseSchedule } from './schedule-text.ts';

/** A schedule ready to be searched. */
interface AnchoredSchedule {
  readonly start: EpochDay;
  readonly rule: AnchoredRule;
  /** Occurrences that the rule need not give: an explicit DTSTART and the RDATEs, in order. */
  readonly addedDays: readonly EpochDay[];
  readonly excludedDays: ReadonlySet<EpochDay>;
}

/** A schedule must have a date within so many years of its anchor. */
const FIRST_DATE_WITHIN_YEARS = 30;

/** Lists read the same few hundred schedules again and again; the least recently used ones go first. */
const CACHE_SIZE = 2000;
const cache = new Map<string, AnchoredSchedule>();

/**
 * Brings a schedule into its normal form: optional `DTSTART:…`, `RRULE:…`, then RDATE and EXDATE lines;
 * LF between; dates only. Blank text is the schedule that has no dates.
 * @returns the normal text, or why it is not accepted. Normal text comes back unchanged.
 */
export function normalizeSchedule(text: string): { ok: true; schedule: string } | { ok: false; problem: ScheduleProblem } {
  if (text.trim() === '') return { ok: true, schedule: '' };
  try {
    return { ok: true, schedule: parseSchedule(text).text };
  } catch (error) {
    if (error instanceof ScheduleError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/**
 * Checks that a schedule has a date at all: one within 30 years of its anchor.
 * @param schedule normal text.
 * @param anchor where a rule without DTSTART starts; an explicit DTSTART is its own anchor.
 * @returns why it is not accepted, or null.
 */
export function validateSchedule(schedule: string, anchor: CalendarDate): ScheduleProblem | null {
  if (schedule === '') return null;
  const { start } = anchoredSchedule(schedule, anchor);
  const [first] = scheduledDays(schedule, anchor, start, addYears(start, FIRST_DATE_WITHIN_YEARS));
  return first === undefined ? { code: 'schedule_without_dates', params: { years: FIRST_DATE_WITHIN_YEARS } } : null;
}

/**
 * Lists the dates of a schedule after one date and through another, in order.
 * @param schedule normal text; null or empty has no dates.
 * @param after excluded.
 * @param through included.
 * @param limit at most so many dates, the earliest ones.
 */
export function occurrencesBetween(
  schedule: string | null,
  anchor: CalendarDate,
  after: CalendarDate,
  through: CalendarDate,
  limit = Number.POSITIVE_INFINITY,
): CalendarDate[] {
  const dates: CalendarDate[] = [];
  if (limit < 1) return dates;
  for (const day of scheduledDays(schedule, anchor, toEpochDay(after) + 1, toEpochDay(through))) {
    dates.push(toCalendarDate(day));
    if (dates.length >= limit) break;
  }
  return dates;
}

/**
 * Finds the first date of a schedule.
 * @param onOrAfter the earliest date that counts.
 * @param horizon the last date that counts.
 */
export function nextOccurrence(
  schedule: string | null,
  anchor: CalendarDate,
  onOrAfter: CalendarDate,
  horizon: CalendarDate,
): CalendarDate | null {
  const [day] = scheduledDays(schedule, anchor, toEpochDay(onOrAfter), toEpochDay(horizon));
  return day === undefined ? null : toCalendarDate(day);
}

/**
 * Yields the days of a schedule one by one, so that a caller pays only for those it takes.
 * @param from included.
 * @param through included.
 * @throws ScheduleError when the text is no schedule.
 */
export function* scheduledDays(
  schedule: string | null,
  anchor: CalendarDate,
  from: EpochDay,
  through: EpochDay,
): Generator<EpochDay, void, undefined> {
  if (schedule === null || schedule === '') return;
  const { rule, addedDays, excludedDays } = anchoredSchedule(schedule, anchor);
  const added = addedDays.filter((day) => day >= from && day <= through);
  let next = 0;
  let previous: EpochDay | undefined;
  const isNew = (day: EpochDay): boolean => day !== previous && !excludedDays.has(day);
  for (const day of rule.days(from, through)) {
    for (let extra = added[next]; extra !== undefined && extra < day; extra = added[++next]) {
      if (isNew(extra)) yield extra;
      previous = extra;
    }
    if (isNew(day)) yield day;
    previous = day;
  }
  for (const extra of added.slice(next)) {
    if (isNew(extra)) yield extra;
    previous = extra;
  }
}

function anchoredSchedule(schedule: string, anchor: CalendarDate): AnchoredSchedule {
  const key = `${anchor} ${schedule}`;
  const cached = cache.get(key);
  if (cached) cache.delete(key);
  const value = cached ?? anchorSchedule(schedule, anchor);
  cache.set(key, value);
  if (cache.size > CACHE_SIZE) {
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
  return value;
}

function anchorSchedule(schedule: string, anchor: CalendarDate): AnchoredSchedule {
  const parsed = parseSchedule(schedule);
  const start = parsed.start ?? toEpochDay(anchor);
  // RFC 5545, section 3.8.5.3: DTSTART always counts as the first instance of the set, matched by the rule or not.
  const added = parsed.start === null ? parsed.addedDays : [parsed.start, ...parsed.addedDays];
  return {
    start,
    rule: new AnchoredRule(parsed.rule, start),
    addedDays: added.toSorted((left, right) => left - right),
    excludedDays: new Set(parsed.excludedDays),
  };
}
