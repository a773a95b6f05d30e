import { civilDayOf, type EpochDay } from './epoch-days.ts';
import { parseDay, parseRule, ScheduleError, type RecurrenceRule } from './recurrence-rule.ts';

/** A schedule taken apart: one rule, an explicit start if it has one, and single days added or taken away. */
export interface ParsedSchedule {
  readonly start: EpochDay | null;
  readonly rule: RecurrenceRule;
  readonly addedDays: readonly EpochDay[];
  readonly excludedDays: readonly EpochDay[];
  /** The normal form: what is stored and returned. Parsing it gives the same schedule and the same text. */
  readonly text: string;
}

/** The longest schedule that is accepted or stored, in characters. */
export const MAXIMUM_SCHEDULE_LENGTH = 500;

interface ContentLine {
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
}

/**
 * Reads the text of a schedule: an RRULE with or without its label, optionally one DTSTART, and RDATE
 * and EXDATE lines. CRLF and folded lines (RFC 5545, section 3.1) are fine.
 * @throws ScheduleError when it cannot be accepted.
 */
export function parseSchedule(text: string): ParsedSchedule {
  refuseLength(text);
  const lines = contentLines(text);
  for (const { name } of lines) {
    if (name === 'EXRULE') throw new ScheduleError('schedule_excludes_by_rule');
    if (!['DTSTART', 'RRULE', 'RDATE', 'EXDATE'].includes(name)) throw new ScheduleError('schedule_unknown_property', { name });
  }
  const startLine = single(lines, 'DTSTART');
  const ruleLine = single(lines, 'RRULE');
  if (!ruleLine) throw new ScheduleError('schedule_without_rule');
  const start = startLine ? parseDay(startLine.value) : null;
  const { rule, text: ruleText } = parseRule(ruleLine.value);
  const dateLines = lines.filter(({ name }) => name === 'RDATE' || name === 'EXDATE').map((line) => ({ name: line.name, days: readDays(line) }));
  const normalLines = [
    ...(start === null ? [] : [`DTSTART:${dayText(start)}`]),
    `RRULE:${ruleText}`,
    ...dateLines.map(({ name, days }) => `${name}:${days.map(dayText).join(',')}`),
  ];
  const normalText = normalLines.join('\n');
  // Bare dates grow in the normal form; what is stored must be accepted when it is sent back.
  refuseLength(normalText);
  return {
    start,
    rule,
    addedDays: dateLines.filter(({ name }) => name === 'RDATE').flatMap(({ days }) => days),
    excludedDays: dateLines.filter(({ name }) => name === 'EXDATE').flatMap(({ days }) => days),
    text: normalText,
  };
}

function refuseLength(text: string): void {
  if (text.length > MAXIMUM_SCHEDULE_LENGTH) throw new ScheduleError('schedule_too_long', { maximum: MAXIMUM_SCHEDULE_LENGTH });
}

function contentLines(text: string): ContentLine[] {
  const unfolded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '');
  return unfolded
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^([A-Za-z-]+)((?:;[^:]*)?):(.*)$/.exec(line);
      if (!match) return { name: 'RRULE', parameters: '', value: line };
      return { name: (match[1] ?? '').toUpperCase(), parameters: (match[2] ?? '').toUpperCase(), value: match[3] ?? '' };
    });
}

function single(lines: ContentLine[], name: string): ContentLine | undefined {
  const [line, another] = lines.filter((candidate) => candidate.name === name);
  if (another) throw new ScheduleError('schedule_property_twice', { name });
  return line;
}

function readDays(line: ContentLine): EpochDay[] {
  if (line.parameters.includes('VALUE=PERIOD')) throw new ScheduleError('schedule_takes_no_periods', { name: line.name });
  return line.value.split(',').map(parseDay);
}

function dayText(day: EpochDay): string {
  const { year, month, dayOfMonth } = civilDayOf(day);
  return `${year}${month.toString().padStart(2, '0')}${dayOfMonth.toString().padStart(2, '0')}T000000Z`;
}
