import type { CalendarDate } from '../dates.ts';
import { FieldError, type FieldErrors } from '../errors.ts';
import { normalizeSchedule, validateSchedule } from '../recurrence/schedule.ts';

/** The two schedules of a budget, as requests and answers name them. Undefined: not sent. */
export interface SentSchedules {
  funding_schedule?: string | null | undefined;
  recurrance_schedule?: string | null | undefined;
}

/** Those of them that were sent, in their normal form. */
export interface NormalSchedules {
  fundingSchedule?: string;
  recurranceSchedule?: string | null;
}

/**
 * Brings the schedules of a request into their normal form.
 * @param anchor where a schedule without DTSTART begins
 * @returns normal text for each that was sent; no funding schedule is empty text, no recurrence stays null or empty as sent
 * @throws FieldError on each field whose schedule is not accepted
 */
export function normalSchedules(sent: SentSchedules, anchor: CalendarDate): NormalSchedules {
  const errors: FieldErrors = {};
  const normal = (field: keyof SentSchedules, text: string): string => {
    const result = normalizeSchedule(text);
    const problem = result.ok ? validateSchedule(result.schedule, anchor) : result.message;
    if (problem !== null) errors[field] = [problem];
    return result.ok ? result.schedule : '';
  };
  const { funding_schedule: funding, recurrance_schedule: recurrance } = sent;
  const schedules = {
    ...(funding === undefined ? {} : { fundingSchedule: normal('funding_schedule', funding ?? '') }),
    ...(recurrance === undefined ? {} : { recurranceSchedule: recurrance === null ? null : normal('recurrance_schedule', recurrance) }),
  };
  if (Object.keys(errors).length > 0) throw new FieldError(errors);
  return schedules;
}
