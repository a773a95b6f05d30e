import { DateTime, IANAZone } from 'luxon';

/** A day of the calendar, `YYYY-MM-DD`, without time or zone. Compares correctly as text. */
export type CalendarDate = string & { readonly __brand: 'CalendarDate' };

/** Where the time comes from. Only the edges of the program hold one; inside, dates are passed. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
