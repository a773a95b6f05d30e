import pg from 'pg';

import { formatInstant, type InstantText } from '../dates.ts';

/** Days come back as text: a Date would shift them into the host's timezone. */
export const POOL_TYPES = typesWith({ [pg.types.builtins.DATE]: (text) => text });

/**
 * How the values of prepared statements come back: days and instants as text, as answers show them. Lists carry hundreds
 * of instants from Postgres to the wire; a Date for each was a third of their cost (docs/adr/0008-where-the-time-goes.md).
 */
export const ROW_TYPES = typesWith({ [pg.types.builtins.DATE]: (text) => text, [pg.types.builtins.TIMESTAMPTZ]: instantFromPostgres });

function typesWith(parsers: Readonly<Record<number, (text: string) => unknown>>): pg.CustomTypesConfig {
  return {
    getTypeParser: (typeId, format): unknown => (format === 'binary' ? undefined : parsers[typeId]) ?? pg.types.getTypeParser(typeId, format),
  };
}

/** Where Postgres writes an instant in UTC, its fraction begins here: `2026-11-20 08:00:00.12+00`. */
const FRACTION_START = 20;
const UTC_OFFSET = '+00';

/**
 * Turns an instant as Postgres writes it into what answers show: UTC with three decimals and `Z`. Sessions are opened so that
 * it comes in UTC; where something between this server and Postgres drops their options, another offset does too.
 * @throws RangeError when it is infinite, or not within four-digit years
 */
export function instantFromPostgres(text: string): InstantText {
  if (text[4] !== '-') throw new RangeError(`Not an instant of our time: ${text}`);
  if (!text.endsWith(UTC_OFFSET)) return formatInstant(new Date(text));
  const fraction = text.slice(FRACTION_START, -UTC_OFFSET.length).slice(0, 3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z`;
}
