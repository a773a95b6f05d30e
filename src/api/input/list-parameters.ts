import { z } from 'zod';

import { MAXIMUM_INSTANT_LENGTH, parseFilterInstant } from '../../dates.ts';
import { searchTerms } from '../../db/conditions.ts';
import { InvalidInput, issueOf } from '../../errors.ts';
import { measuredText } from '../../measured-text.ts';

const UUID_MESSAGE = 'Enter a valid UUID.';
const UUID_LENGTH = 36;

/** Query parameters of lists. An empty value is no filter; an unparseable one is 400 on that parameter. */
export const filterUuid = measuredText(UUID_LENGTH, UUID_MESSAGE)
  .refine((value) => value === '' || z.guid().safeParse(value).success, UUID_MESSAGE)
  .transform((value) => (value === '' ? undefined : value.toLowerCase()))
  .optional()
  .meta({ override: { type: 'string', format: 'uuid' } });

const BOOLEAN_MESSAGE = 'Enter true or false.';

export const filterBoolean = measuredText('false'.length, BOOLEAN_MESSAGE)
  .refine((value) => value === '' || /^(true|false)$/i.test(value), BOOLEAN_MESSAGE)
  .transform((value) => (value === '' ? undefined : value.toLowerCase() === 'true'))
  .optional()
  .meta({ override: { type: 'boolean' } });

const FILTER_INSTANT_MESSAGE = 'Enter a valid date/time.';

/** One end of a range, checked here so that it is reported beside other parameters; `instantFilter` reads it. */
export const filterInstantText = measuredText(MAXIMUM_INSTANT_LENGTH, FILTER_INSTANT_MESSAGE)
  .refine((value) => value === '' || parseFilterInstant(value, 'UTC', 'from') !== undefined, FILTER_INSTANT_MESSAGE)
  .optional()
  .meta({ override: { type: 'string', format: 'date-time' } });

const MAXIMUM_CHOICE_LENGTH = 100;

/** A choice out of an enum; unknown values are 400. */
export function filterChoice<const Values extends readonly string[]>(values: Values): z.ZodType<Values[number] | undefined, string | undefined> {
  return measuredText(MAXIMUM_CHOICE_LENGTH, 'Select a valid choice.')
    .transform((value, context): Values[number] | undefined => {
      if (value === '') return undefined;
      const known = values.find((candidate) => candidate === value);
      if (known !== undefined) return known;
      context.addIssue(`Select a valid choice. ${value} is not one of the available choices.`);
      return z.NEVER;
    })
    .optional()
    .meta({ override: { type: 'string', enum: [...values] } });
}

export const MAXIMUM_PARAMETER_LENGTH = 1_000;
/** Each one is looked for in every row that the other filters leave. */
export const MAXIMUM_SEARCH_TERMS = 8;

export const orderingParameter = measuredText(MAXIMUM_PARAMETER_LENGTH)
  .optional()
  .meta({ description: 'Which field to use when ordering the results; `-` before it for descending.' });
export const searchParameter = measuredText(MAXIMUM_PARAMETER_LENGTH)
  .refine((value) => searchTerms(value).length <= MAXIMUM_SEARCH_TERMS, `Ensure this parameter has no more than ${MAXIMUM_SEARCH_TERMS} terms.`)
  .transform((value) => (searchTerms(value).length === 0 ? undefined : value))
  .optional()
  .meta({ description: `Terms that must all occur, in any case; at most ${MAXIMUM_SEARCH_TERMS}.` });

/**
 * Reads one end of a range. A date alone is the whole day in the user's timezone.
 * @throws InvalidInput on the parameter when it is neither a date nor a timestamp
 */
export function instantFilter(parameter: string, value: string | undefined, timezone: string, edge: 'from' | 'to'): Date | undefined {
  if (value === undefined || value === '') return undefined;
  const instant = parseFilterInstant(value, timezone, edge);
  if (instant) return instant;
  throw new InvalidInput([issueOf(parameter, 'malformed', { text: FILTER_INSTANT_MESSAGE })]);
}
