import { z } from 'zod';

import { parseFilterInstant } from '../../dates.ts';
import { FieldError } from '../../errors.ts';

/** Query parameters of lists. An empty value is no filter; an unparseable one is 400 on that parameter. */
export const filterUuid = z
  .string()
  .refine((value) => value === '' || z.guid().safeParse(value).success, 'Enter a valid UUID.')
  .transform((value) => (value === '' ? undefined : value.toLowerCase()))
  .optional()
  .meta({ override: { type: 'string', format: 'uuid' } });

export const filterBoolean = z
  .string()
  .refine((value) => value === '' || /^(true|false)$/i.test(value), 'Enter true or false.')
  .transform((value) => (value === '' ? undefined : value.toLowerCase() === 'true'))
  .optional()
  .meta({ override: { type: 'boolean' } });

const FILTER_INSTANT_MESSAGE = 'Enter a valid date/time.';

/** One end of a range, checked here so that it is reported beside other parameters; `instantFilter` reads it. */
export const filterInstantText = z
  .string()
  .refine((value) => value === '' || parseFilterInstant(value, 'UTC', 'from') !== undefined, FILTER_INSTANT_MESSAGE)
  .optional()
  .meta({ override: { type: 'string', format: 'date-time' } });

/** A choice out of an enum; unknown values are 400. */
export function filterChoice<const Values extends readonly string[]>(values: Values): z.ZodType<Values[number] | undefined, string | undefined> {
  return z
    .string()
    .transform((value, context): Values[number] | undefined => {
      if (value === '') return undefined;
      const known = values.find((candidate) => candidate === value);
      if (known !== undefined) return known;
      context.addIssue(`Select a valid choice. ${value.slice(0, 100)} is not one of the available choices.`);
      return z.NEVER;
    })
    .optional()
    .meta({ override: { type: 'string', enum: [...values] } });
}

export const orderingParameter = z.string().optional().meta({ description: 'Which field to use when ordering the results; `-` before it for descending.' });
export const searchParameter = z.string().max(1_000).optional().meta({ description: 'Terms that must all occur, in any case.' });

/**
 * Reads one end of a range. A date alone is the whole day in the user's timezone.
 * @throws FieldError on the parameter when it is neither a date nor a timestamp
 */
export function instantFilter(parameter: string, value: string | undefined, timezone: string, edge: 'from' | 'to'): Date | undefined {
  if (value === undefined || value === '') return undefined;
  const instant = parseFilterInstant(value, timezone, edge);
  if (instant) return instant;
  throw FieldError.of(parameter, FILTER_INSTANT_MESSAGE);
}
