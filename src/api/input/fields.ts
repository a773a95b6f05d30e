/**
 * The building blocks of request and response schemas: one place for what a UUID, an amount or a flag looks like on
 * the wire. The same schema validates, and describes itself in the OpenAPI document.
 */
import { z } from 'zod';

import { isCurrency } from '../../currencies.ts';
import { parseCalendarDate, parseInstant, type CalendarDate } from '../../dates.ts';
import { FieldError } from '../../errors.ts';
import { parseAmount, MAXIMUM_INTEGER_DIGITS, type Decimal } from '../../money.ts';

/** An optional sign, at least one digit, at most one point. Requests may also send a JSON number. */
export const DECIMAL_PATTERN = '^[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)$';

const AMOUNT_MESSAGE = 'A valid number is required.';

/** Text of at most `maximum` characters (code points), trimmed, without NUL, which Postgres cannot store. */
export function text(maximum: number, options: { blank?: boolean; trim?: boolean } = {}): z.ZodType<string, string> {
  const { blank = true, trim = true } = options;
  const kept = trim ? z.string().trim() : z.string();
  return kept
    .refine((value) => !value.includes('\0'), 'Null characters are not allowed.')
    .refine((value) => blank || value.trim() !== '', 'This field may not be blank.')
    .refine((value) => value.length <= maximum || Array.from(value).length <= maximum, `Ensure this field has no more than ${maximum} characters.`)
    .meta({ maxLength: maximum, ...(blank ? {} : { minLength: 1 }) });
}

/** A flag; forms and some clients send it as text. */
export const flag = z
  .union([z.boolean(), z.string(), z.number()], 'Must be a valid boolean.')
  .transform((value, context): boolean => {
    const known = FLAGS.get(typeof value === 'string' ? value.toLowerCase() : value);
    if (known !== undefined) return known;
    context.addIssue('Must be a valid boolean.');
    return z.NEVER;
  })
  .meta({ override: { type: 'boolean' } });

const FLAGS = new Map<string | number | boolean, boolean>([
  ...['true', 't', '1', 'yes', 'y', 'on', 1, true].map((value) => [value, true] as const),
  ...['false', 'f', '0', 'no', 'n', 'off', 0, false].map((value) => [value, false] as const),
]);

/** A decimal amount. Its currency is known only with the object, so `amountIn` checks the decimals later. */
export const amount = z
  .union([z.string(), z.number()], AMOUNT_MESSAGE)
  .transform((value, context): Decimal => {
    const parsed = parseAmount(value);
    if (parsed) return parsed;
    context.addIssue(`${AMOUNT_MESSAGE.slice(0, -1)}: an optional sign, at most ${MAXIMUM_INTEGER_DIGITS} digits before the point, no exponent.`);
    return z.NEVER;
  })
  .meta({ override: { type: ['string', 'number'], format: 'decimal', pattern: DECIMAL_PATTERN } });

/** A day, `YYYY-MM-DD`. */
export const calendarDate = z
  .string()
  .transform((value, context): CalendarDate => {
    const parsed = parseCalendarDate(value);
    if (parsed) return parsed;
    context.addIssue('Date has wrong format. Use one of these formats instead: YYYY-MM-DD.');
    return z.NEVER;
  })
  .meta({ override: { type: 'string', format: 'date' } });

const INSTANT_MESSAGE = 'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

/** A timestamp as text, checked here so that it is reported beside other fields; `instantIn` reads it in the user's timezone. */
export const instantText = z.string().refine((value) => parseInstant(value, 'UTC') !== undefined, INSTANT_MESSAGE).meta({ format: 'date-time' });

export const uuid = z.guid().transform((value) => value.toLowerCase()).meta({ override: { type: 'string', format: 'uuid' } });

/** An ISO 4217 code, in any case. */
export const currencyCode = z
  .string()
  .transform((value, context): string => {
    const code = value.trim().toUpperCase();
    if (isCurrency(code)) return code;
    context.addIssue(`"${value.slice(0, 20)}" is not a valid choice: an ISO 4217 code such as USD.`);
    return z.NEVER;
  })
  .meta({ override: { type: 'string', minLength: 1, maxLength: 3 } });

/** How answers show amounts, ids, days and timestamps. */
export const wire = {
  money: z.string().meta({ format: 'decimal', pattern: '^-?\\d+\\.\\d{2,4}$' }),
  currency: z.string().meta({ maxLength: 3 }),
  uuid: z.string().meta({ format: 'uuid' }),
  date: z.string().meta({ format: 'date' }),
  instant: z.string().meta({ format: 'date-time' }),
};

/**
 * Reads a timestamp; a date alone, or one without an offset, is meant in the user's timezone.
 * @throws FieldError on `field` when it is no ISO 8601 timestamp
 */
export function instantIn(field: string, value: string, timezone: string): Date {
  const parsed = parseInstant(value, timezone);
  if (parsed) return parsed;
  throw FieldError.of(field, INSTANT_MESSAGE);
}
