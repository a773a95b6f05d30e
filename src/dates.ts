import { IANAZone } from 'luxon';

/** A day of the calendar, `YYYY-MM-DD`, without time or zone. Compares correctly as text. */
export type CalendarDate = string & { readonly __brand: 'CalendarDate' };

/** An instant as answers show it, and as rows hold it: `2026-11-20T08:00:00.000Z`. Compares correctly as text. */
export type InstantText = `${string}Z`;

/** Where the time comes from. Only the edges of the program hold one; inside, dates are passed. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/**
 * Input starts at 1900, before any account that is still open, and ends where four-digit years end, so that 9999-12-31 can
 * say "for ever". It also keeps clear of Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
 */
const MINIMUM_YEAR = 1900;

const MILLISECONDS_PER_MINUTE = 60_000;
const MILLISECONDS_PER_DAY = 86_400_000;

/** No instant that parseInstant returns is earlier: even 1900-01-01 at the greatest offset, +23:59, comes after it. */
const EARLIEST_INSTANT = Date.UTC(1899, 11, 31);
const LATEST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Further from UTC than any zone has been since 1900. */
const WIDEST_OFFSET = 16 * 60 * MILLISECONDS_PER_MINUTE;

const DATE_PATTERN = /^(\d{4})-(\d\d)-(\d\d)$/;

// RFC 3339 with what ISO 8601 allows besides: a date alone, no seconds, no offset, offsets +HHMM and +HH, a decimal comma.
const INSTANT_PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?)?$/;
/** The longest text that is read as a timestamp, in characters. */
export const MAXIMUM_INSTANT_LENGTH = 64;

/**
 * Reads a date as requests and files write it.
 * @param text exactly `YYYY-MM-DD`, a day that exists, from 1900-01-01 to 9999-12-31.
 * @returns the date, or undefined when the text is anything else.
 */
export function parseCalendarDate(text: string): CalendarDate | undefined {
  const match = DATE_PATTERN.exec(text);
  if (match === null) return undefined;
  const year = Number(match[1]);
  if (year < MINIMUM_YEAR || !isRealDay(year, Number(match[2]), Number(match[3]))) return undefined;
  return text as CalendarDate;
}

/**
 * Takes a date from a source that is trusted to hold one, such as a `date` column.
 * @throws RangeError when it is not one after all.
 */
export function calendarDate(text: string): CalendarDate {
  const date = parseCalendarDate(text);
  if (date === undefined) throw new RangeError(`Not a calendar date: ${text}`);
  return date;
}

/**
 * @param days whole days to go forward; negative goes back.
 * @throws RangeError when the result has no four-digit year.
 */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  const result = Date.parse(date) + days * MILLISECONDS_PER_DAY;
  if (!(result <= LATEST_INSTANT && result >= Date.parse('0001-01-01'))) throw new RangeError(`${date} plus ${days} days is out of range`);
  return dateOfWallClock(result);
}

/** Days from one date to another: 1 from a day to the next, negative when `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / MILLISECONDS_PER_DAY);
}

/**
 * Says whether this is the name of a zone of the IANA database, such as `Europe/Berlin` or `UTC`, in whatever case Intl takes.
 * Offsets (`+02:00`), which Intl takes too, are not: they have no daylight saving time.
 */
export function isValidTimezone(name: string): boolean {
  return name.length <= 64 && /^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name) && IANAZone.isValidZone(name);
}

/** The date that the calendar on the wall shows now in a zone. */
export function todayIn(clock: Clock, timezone: string): CalendarDate {
  return dateIn(clock.now(), timezone);
}

/** The date in a zone at an instant; where the zone is already in the year 10000, the last day of 9999. */
export function dateIn(instant: Date, timezone: string): CalendarDate {
  const time = instant.getTime();
  return dateOfWallClock(Math.min(time + offsetAt(time, timezone), LATEST_INSTANT));
}

/** The hour, 0 to 23, that the clock on the wall shows in a zone at an instant. */
export function hourIn(instant: Date, timezone: string): number {
  const time = instant.getTime();
  return new Date(time + offsetAt(time, timezone)).getUTCHours();
}

/**
 * The first instant of a date in a zone. Where clocks jump over midnight that is the jump, where midnight comes twice it is
 * the first one, and for a day that a zone skipped (Apia, 2011-12-30) it is the start of the next day.
 */
export function startOfDay(date: CalendarDate, timezone: string): Date {
  const wallClock = Date.parse(date);
  const { before, after, transition } = offsetsAround(wallClock, timezone);
  const first = wallClock - before;
  return new Date(first < transition ? first : Math.max(transition, wallClock - after));
}

/**
 * The last millisecond of a date in a zone. For a day that the zone skipped it lies before the day's start, so that a
 * range from start to end is empty.
 */
export function endOfDay(date: CalendarDate, timezone: string): Date {
  const wallClock = Date.parse(date) + MILLISECONDS_PER_DAY - 1;
  const { before, after, transition } = offsetsAround(wallClock, timezone);
  const last = wallClock - after;
  return new Date(Math.min(last >= transition ? last : Math.min(transition - 1, wallClock - before), LATEST_INSTANT));
}

/**
 * Reads an ISO 8601 date or timestamp in extended format: `T`, `t` or a space before the time, seconds optional, `24:00` as
 * the end of the day, offset `Z`, `±HH:MM`, `±HHMM` or `±HH`. Finer than milliseconds is cut off.
 * @param timezone where a date alone (its first instant) and a timestamp without offset are read. A time that comes twice
 *   is the first one; a time that clocks jump over is read with the offset from before the jump.
 * @returns the instant, or undefined when the text is not one, or not between 1900 and 9999.
 */
export function parseInstant(text: string, timezone: string): Date | undefined {
  const reading = readInstant(text);
  if (reading === undefined || reading.year < MINIMUM_YEAR) return undefined;
  if (reading.kind === 'date') return startOfDay(reading.date, timezone);
  const instant = instantOf(reading, timezone);
  return instant > LATEST_INSTANT ? undefined : new Date(instant);
}

/**
 * Reads the bound of a range filter. As parseInstant, but a date alone as the upper bound means to the end of that day, and
 * bounds outside 1900 to 9999 (`0001-01-01` for "no bound") come back as the nearest instant, before or after all data.
 */
export function parseFilterInstant(text: string, timezone: string, edge: 'from' | 'to'): Date | undefined {
  const reading = readInstant(text);
  if (reading === undefined) return undefined;
  if (reading.year < MINIMUM_YEAR) return new Date(EARLIEST_INSTANT);
  if (reading.kind === 'date') return edge === 'from' ? startOfDay(reading.date, timezone) : endOfDay(reading.date, timezone);
  return new Date(Math.min(instantOf(reading, timezone), LATEST_INSTANT));
}

/** Writes an instant as answers show it: UTC with three decimals and `Z`. */
export function formatInstant(instant: Date): InstantText {
  return instant.toISOString() as InstantText;
}

/** What a text says, before any zone is applied. Wall clocks are milliseconds as if they showed UTC. */
type Reading =
  | { kind: 'date'; year: number; date: CalendarDate }
  | { kind: 'time'; year: number; wallClock: number; offset: number | undefined };

function readInstant(text: string): Reading | undefined {
  const match = text.length <= MAXIMUM_INSTANT_LENGTH ? INSTANT_PATTERN.exec(text) : null;
  if (match === null) return undefined;
  const [, yearText, monthText, dayText, hourText, minuteText, secondText = '0', fraction = '', utc, sign, offsetHour, offsetMinute = '0'] = match;
  const year = Number(yearText);
  const month = Number(monthText);
  const day = Number(dayText);
  if (!isRealDay(year, month, day)) return undefined;
  if (hourText === undefined) return { kind: 'date', year, date: text as CalendarDate };

  const hour = Number(hourText);
  const minute = Number(minuteText);
  const second = Number(secondText);
  const millisecond = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const endsDay = hour === 24 && minute === 0 && second === 0 && /^0*$/.test(fraction);
  if ((hour > 23 && !endsDay) || minute > 59 || second > 59) return undefined;
  const wallClock = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);

  if (utc !== undefined) return { kind: 'time', year, wallClock, offset: 0 };
  if (sign === undefined) return { kind: 'time', year, wallClock, offset: undefined };
  const hours = Number(offsetHour);
  const minutes = Number(offsetMinute);
  if (hours > 23 || minutes > 59) return undefined;
  const offset = (hours * 60 + minutes) * MILLISECONDS_PER_MINUTE;
  return { kind: 'time', year, wallClock, offset: sign === '-' ? -offset : offset };
}

function instantOf(reading: { wallClock: number; offset: number | undefined }, timezone: string): number {
  const { wallClock, offset } = reading;
  if (offset !== undefined) return wallClock - offset;
  const { before, after, transition } = offsetsAround(wallClock, timezone);
  const first = wallClock - before;
  const second = wallClock - after;
  return first >= transition && second >= transition ? second : first;
}

function isRealDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  // Leap years repeat every 400 years; going to 2000-2399 avoids what Date.UTC does to years below 100.
  return day <= 28 || day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function dateOfWallClock(wallClock: number): CalendarDate {
  return new Date(wallClock).toISOString().slice(0, 10) as CalendarDate;
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function offsetAt(time: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  const minutes = IANAZone.create(timezone).offset(time);
  if (Number.isNaN(minutes)) throw new RangeError(`Unknown timezone: ${timezone}`);
  return minutes * MILLISECONDS_PER_MINUTE;
}

/**
 * The offsets that a wall clock may have been read with, and the instant of the change between them. Luxon's own conversion
 * guesses: it takes the second of two midnights, and an hour too late after a jump that starts before midnight.
 */
function offsetsAround(wallClock: number, timezone: string): { before: number; after: number; transition: number } {
  let low = wallClock - WIDEST_OFFSET;
  let high = wallClock + WIDEST_OFFSET;
  const before = offsetAt(low, timezone);
  const after = offsetAt(high, timezone);
  if (before === after) return { before, after, transition: Infinity };
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, timezone) === before) low = middle;
    else high = middle;
  }
  return { before, after, transition: high };
}
