import { addDays, type CalendarDate } from '../dates.ts';
import { FieldError } from '../errors.ts';

/** What is asked for over the API lies at most so far ahead: every day of it is searched in every calendar. */
export const MAXIMUM_DAYS_AHEAD = 731;

/**
 * Checks a day that a user asks for.
 * @param today in the timezone of the account's first owner
 * @throws FieldError on `field` when the day is over two years ahead
 */
export function requireWithinTwoYears(field: string, day: CalendarDate, today: CalendarDate): void {
  const last = addDays(today, MAXIMUM_DAYS_AHEAD);
  if (day > last) throw FieldError.of(field, `Must lie within two years from today: ${last} at the latest.`);
}
