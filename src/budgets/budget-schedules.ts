import type { CalendarDate } from '../dates.ts';
import { refuse, type Issue } from '../errors.ts';
import { normalizeSchedule, validateSchedule } from '../recurrence/schedule.ts';

/** The two schedules of a budget, as they were sent. Undefined: not sent. */
export interface SentSchedules {
  fundingSchedule: string | null | undefined;
  recurrenceSchedule: string | null | undefined;
}

/** Those of them that were sent, in their normal form. */
export interface NormalSchedules {
  fundingSchedule?: string;
  recurrenceSchedule?: string | null;
}

/**
 * Brings the schedules of an input into their normal form.
 * @param anchor where a schedule without DTSTART begins
 * @returns normal text for each that was sent; no funding schedule is empty text, no recurrence stays null or empty as sent
 * @throws InvalidInput on each field whose schedule is not accepted
 */
export function normalSchedules({ fundingSchedule, recurrenceSchedule }: SentSchedules, anchor: CalendarDate): NormalSchedules {
  const issues: Issue[] = [];
  const normal = (field: keyof SentSchedules, text: string): string => {
    const result = normalizeSchedule(text);
    const problem = result.ok ? validateSchedule(result.schedule, anchor) : result.problem;
    if (problem) issues.push({ path: [field], ...problem });
    return result.ok ? result.schedule : '';
  };
  const schedules = {
    ...(fundingSchedule === undefined ? {} : { fundingSchedule: normal('fundingSchedule', fundingSchedule ?? '') }),
    ...(recurrenceSchedule === undefined ? {} : { recurrenceSchedule: recurrenceSchedule === null ? null : normal('recurrenceSchedule', recurrenceSchedule) }),
  };
  refuse(issues);
  return schedules;
}
