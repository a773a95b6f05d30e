/**
 * The building blocks of request and response schemas: one place for what a UUID, an amount or a flag looks like on
 * the wire. The same schema validates, and describes itself in the OpenAPI document.
 */
import { z } from 'zod';

import { isCurrency } from '../../currencies.ts';
import { MAXIMUM_INSTANT_LENGTH, parseCalendarDate, parseInstant, type CalendarDate } from '../../dates.ts';
import { InvalidInput, issueOf } from '../../errors.ts';
import { hasAtMostCharacters, measuredText, tooManyCharacters } from '../../measured-text.ts';
import { parseAmount, MAXIMUM_AMOUNT_LENGTH, MAXIMUM_INTEGER_DIGITS, type Decimal } from '../../money.ts';

/** An optional sign, at least one digit, at most one point. Requests may also send a JSON number. */
export const DECIMAL_PATTERN = '^[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)$';

const AMOUNT_MESSAGE = 'A valid number is required.';

/**
 * Text of at most `maximum` characters (code points), trimmed, without NUL, which Postgres cannot store. With the white space
 * around it, it may be twice as long.
 */
export function text(maximum: number, options: { blank?: boolean; trim?: boolean } = {}): z.ZodType<string, string> {
  const { blank = true, trim = true } = options;
  const sent = measuredText(2 * maximum, tooManyCharacters(maximum));
  return (trim ? sent.trim() : sent)
    .refine((value) => !value.includes('\0'), 'Null characters are not allowed.')
    .refine((value) => blank || value.trim() !== '', 'This field may not be blank.')
    .refine((value) => hasAtMostCharacters(value, maximum), tooManyCharacters(maximum))
    .meta({ maxLength: maximum, ...(blank ? {} : { minLength: 1 }) });
}

const FLAG_MESSAGE = 'Must be a valid boolean.';
const LONGEST_FLAG = 'false'.length;

/** A flag; forms and some clients send it as text. */
export const flag = z
  .union([z.boolean(), measuredText(LONGEST_FLAG, FLAG_MESSAGE), z.number()], FLAG_MESSAGE)
  .transform((value, context): boolean => {
    const known = FLAGS.get(typeof value === 'string' ? value.toLowerCase() : value);
    if (known !== undefined) return known;
    context.addIssue(FLAG_MESSAGE);
    return z.NEVER;
  })
  .meta({ override: { type: 'boolean' } });

const FLAGS = new Map<string | number | boolean, boolean>([
  ...['true', 't', '1', 'yes', 'y', 'on', 1, true].map((value) => [value, true] as const),
  ...['false', 'f', '0', 'no', 'n', 'off', 0, false].map((value) => [value, false] as const),
]);

/** A decimal amount. Its currency is known only with the object, so `decimalsIssue` checks the decimals later. */
export const amount = z
  .union([measuredText(MAXIMUM_AMOUNT_LENGTH, AMOUNT_MESSAGE), z.number()], AMOUNT_MESSAGE)
  .transform((value, context): Decimal => {
    const parsed = parseAmount(value);
    if (parsed) return parsed;
    context.addIssue(`${AMOUNT_MESSAGE.slice(0, -1)}: an optional sign, at most ${MAXIMUM_INTEGER_DIGITS} digits before the point, no exponent.`);
    return z.NEVER;
  })
  .meta({ override: { type: ['string', 'number'], format: 'decimal', pattern: DECIMAL_PATTERN } });

const DATE_MESSAGE = 'Date has wrong format. Use one of these formats instead: YYYY-MM-DD.';

/** A day, `YYYY-MM-DD`. */
export const calendarDate = measuredText('YYYY-MM-DD'.length, DATE_MESSAGE)
  .transform((value, context): CalendarDate => {
    const parsed = parseCalendarDate(value);
    if (parsed) return parsed;
    context.addIssue(DATE_MESSAGE);
    return z.NEVER;
  })
  .meta({ override: { type: 'string', format: 'date' } });

const INSTANT_MESSAGE = 'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

/** A timestamp as text, checked here so that it is reported beside other fields; `instantIn` reads it in the user's timezone. */
export const instantText = measuredText(MAXIMUM_INSTANT_LENGTH, INSTANT_MESSAGE)
  .refine((value) => parseInstant(value, 'UTC') !== undefined, INSTANT_MESSAGE)
  .meta({ format: 'date-time' });

export const uuid = z.guid().transform((value) => value.toLowerCase()).meta({ override: { type: 'string', format: 'uuid' } });

const MAXIMUM_CURRENCY_LENGTH = 20;

/** An ISO 4217 code, in any case. */
export const currencyCode = measuredText(MAXIMUM_CURRENCY_LENGTH, 'Not a valid choice: an ISO 4217 code such as USD.')
  .transform((value, context): string => {
    const code = value.trim().toUpperCase();
    if (isCurrency(code)) return code;
    context.addIssue(`"${value}" is not a valid choice: an ISO 4217 code such as USD.`);
    return z.NEVER;
  })
  .meta({ override: { type: 'string', minLength: 1, maxLength: 3 } });

/** The `<field>_currency` that a request may send beside an amount; `currencyIssue` compares it. */
export const sentCurrency = measuredText(MAXIMUM_CURRENCY_LENGTH).meta({ override: { type: 'string' } });

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
 * @throws InvalidInput on `field` when it is no ISO 8601 timestamp
 */
export function instantIn(field: string, value: string, timezone: string): Date {
  const parsed = parseInstant(value, timezone);
  if (parsed) return parsed;
  throw new InvalidInput([issueOf(field, 'malformed', { text: INSTANT_MESSAGE })]);
}
