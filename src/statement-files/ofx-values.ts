import { parseCalendarDate } from '../dates.ts';
import type { CalendarDate } from '../dates.ts';
import { StatementError } from './statement.ts';

/** A point in time as OFX writes it: the day in the bank's own zone, and the instant when there is a time of day. */
export interface OfxDate {
  day: CalendarDate;
  /** UTC with three decimals and Z; absent when the file gives a day only. */
  instant?: string;
}

const DATE = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:\.(\d{1,9}))?)?\s*(?:\[\s*(?:([^\]:\s]+)\s*)?(?::[^\]]*)?\])?$/;
const OFFSET = /^([+-]?)(\d{1,2})(?:[.,](\d{1,2})|:?(\d{2}))?$/;

/**
 * Reads `YYYYMMDD[HHMM[SS[.XXX]]][[offset:name]]` (OFX 1.6, section 3.2.8.2). Without offset the time is
 * GMT. Midnight exactly is how many banks write a date alone, whatever zone they claim, so it counts as one.
 * @throws StatementError when it is none, or a day that does not exist.
 */
export function readOfxDate(text: string): OfxDate {
  const match = DATE.exec(text.trim());
  if (match === null) throw new StatementError(`"${abridge(text)}" is not a date`);
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', offset = ''] = match;
  const calendarDate = parseCalendarDate(`${year}-${month}-${day}`);
  if (calendarDate === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) {
    throw new StatementError(`"${abridge(text)}" is not a date that exists`);
  }
  if (`${hour}${minute}${second}` === '000000') return { day: calendarDate };
  const milliseconds = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Math.min(59, Number(second)), Number(fraction.padEnd(3, '0').slice(0, 3)));
  const instant = new Date(milliseconds - readOffsetMinutes(offset) * 60_000);
  return { day: calendarDate, instant: instant.toISOString() };
}

/**
 * Reads a zone offset in hours, `-5`, `+5.5`. The standard's decimals are fractions of an hour; banks also
 * write minutes (`+5.30`, `+0530`, `+5:45`), and no zone lies 30 or 45 hundredths of an hour off.
 */
function readOffsetMinutes(text: string): number {
  if (text === '') return 0;
  const match = OFFSET.exec(text);
  if (match === null) throw new StatementError(`"${abridge(text)}" is not an offset from GMT`);
  const [, sign, hours = '0', decimals, minutes] = match;
  const isMinutes = decimals === '30' || decimals === '45';
  const beyondTheHour = decimals === undefined ? Number(minutes ?? 0) : isMinutes ? Number(decimals) : Number(`0.${decimals}`) * 60;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Math.round(beyondTheHour));
}

const AMOUNT = /^([+-]?)(\d*)(?:[.,](\d*))?$/;
const GROUPED_AMOUNT = /^([+-]?)(\d{1,3}(?:,\d{3})+\.\d*|\d{1,3}(?:\.\d{3})+,\d*|\d{1,3}(?: \d{3})+[.,]\d*)$/;

/**
 * Reads an amount (OFX 1.6, section 3.2.9.1): an optional sign, digits, and a comma or a point before the
 * decimals. Groups of thousands, which the standard forbids, are read where they leave no doubt.
 * @returns exact decimal text with a point and the file's own decimals: `-1234.50`.
 * @throws StatementError when it is no amount.
 */
export function readOfxAmount(text: string): string {
  // Banks copy amounts from printed text: non-breaking spaces and the typographic minus sign.
  let plain = text.trim().replaceAll(/[\u00a0\u202f]/g, ' ').replace('\u2212', '-');
  const grouped = GROUPED_AMOUNT.exec(plain)?.[2];
  if (grouped !== undefined) {
    const point = Math.max(grouped.lastIndexOf('.'), grouped.lastIndexOf(','));
    const ungrouped = `${grouped.slice(0, point).replaceAll(/[., ]/g, '')}.${grouped.slice(point + 1)}`;
    plain = plain.replace(grouped, ungrouped);
  }
  const match = AMOUNT.exec(plain);
  const [, sign = '', whole = '', decimals = ''] = match ?? [];
  if (match === null || whole + decimals === '' || plain.length > 40) throw new StatementError(`"${abridge(text)}" is not an amount`);
  const digits = `${whole.replace(/^0+(?=\d)/, '') || '0'}${decimals === '' ? '' : `.${decimals}`}`;
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

/** Cuts a stranger's text short for a message. */
export function abridge(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
