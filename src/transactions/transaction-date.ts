import { addDays, dateIn, startOfDay } from '../dates.ts';

/** Banks post a purchase at most this many days after it was made. */
const LONGEST_DELAY_DAYS = 7;

const MONTH_AND_DAY = /\b(\d{1,2})\/(\d{1,2})\b/;

/**
 * Says when a transaction was made, where the client did not: many banks write the day of a purchase into its description. Only the
 * first `MM/DD` counts (in `04/07/11` it is April 7), and only if such a day is the posted one or at most seven days before it.
 * @param timezone where days are counted.
 * @returns the start of that day, else `postedDate` as it is.
 */
export function deriveTransactionDate(rawDescription: string, postedDate: Date, timezone: string): Date {
  const match = MONTH_AND_DAY.exec(rawDescription);
  if (match === null) return postedDate;
  const [, month = '', day = ''] = match;
  const monthAndDay = `-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const posted = dateIn(postedDate, timezone);
  // Going back day by day finds the right year across New Year, and no day that does not exist.
  for (let delay = 0; delay <= LONGEST_DELAY_DAYS; delay += 1) {
    const date = addDays(posted, -delay);
    if (date.endsWith(monthAndDay)) return startOfDay(date, timezone);
  }
  return postedDate;
}
