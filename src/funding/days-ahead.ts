import { addDays, type CalendarDate } from '../dates.ts';
import { issueOf, refuse } from '../errors.ts';

/** What is asked for over the API lies at most so far ahead: every day of it is searched in every calendar. */
export const MAXIMUM_DAYS_AHEAD = 731;

/**
 * Checks a day that a user asks for.
 * @param today in the timezone of the account's first owner
 * @throws InvalidInput on `field` when the day is over two years ahead
 */
export function requireWithinTwoYears(field: string, day: CalendarDate, today: CalendarDate): void {
  const last = addDays(today, MAXIMUM_DAYS_AHEAD);
  refuse([day > last ? issueOf(field, 'over_two_years_ahead', { last }) : undefined]);
}
