import { code as currencyByCode } from 'currency-codes';
import { Decimal as DecimalJs } from 'decimal.js';

import { issueOf, type Issue } from './errors.ts';

/**
 * Decimal arithmetic for money. Forty digits hold any sum of numeric(24,4) values exactly;
 * half-even rounding is what accountants call banker's rounding.
 */
export const Decimal = DecimalJs.clone({ precision: 40, rounding: DecimalJs.ROUND_HALF_EVEN });
export type Decimal = DecimalJs;

export const ZERO: Decimal = new Decimal(0);

/** At most this many digits stand before the point in one amount of a request; balances may grow longer. */
export const MAXIMUM_INTEGER_DIGITS = 12;

/** The longest text that is read as an amount, in characters. */
export const MAXIMUM_AMOUNT_LENGTH = 64;

const AMOUNT_LIMIT = new Decimal(10).pow(MAXIMUM_INTEGER_DIGITS);

const AMOUNT_PATTERN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;

// The library searches its list on each call, and every amount of every answer asks.
const minorUnitsByCurrency = new Map<string, number>();

/**
 * Says how many decimals a currency's minor unit has (ISO 4217): JPY 0, USD 2, KWD 3.
 * @param currency ISO 4217 code; unknown codes count as having two decimals.
 */
export function minorUnits(currency: string): number {
  let digits = minorUnitsByCurrency.get(currency);
  if (digits === undefined) {
    digits = currencyByCode(currency)?.digits ?? 2;
    minorUnitsByCurrency.set(currency, digits);
  }
  return digits;
}

/**
 * Reads an amount as a request may send it: a string (optional sign, digits, at most one point, at
 * least one digit; no exponent, no spaces) or a finite JSON number.
 * @returns the exact value (never a negative zero), or undefined when it is not an amount or has over 12 integer digits.
 */
export function parseAmount(input: string | number): Decimal | undefined {
  // A JSON number arrives as a double; its shortest decimal text is what the client wrote.
  const text = typeof input === 'number' ? new Decimal(input).toFixed() : input;
  if (text.length > MAXIMUM_AMOUNT_LENGTH || !AMOUNT_PATTERN.test(text)) return undefined;
  const value = new Decimal(text.endsWith('.') ? text.slice(0, -1) : text);
  if (value.abs().greaterThanOrEqualTo(AMOUNT_LIMIT)) return undefined;
  return withoutNegativeZero(value);
}

/** Says whether an amount has no more decimals than its currency's minor unit; zeros beyond it do not count. */
export function fitsMinorUnits(value: Decimal, currency: string): boolean {
  return value.decimalPlaces() <= minorUnits(currency);
}

/**
 * Checks an amount against its account's currency.
 * @returns an issue when it has more decimals than the currency's minor unit
 */
export function decimalsIssue(field: string, value: Decimal, currency: string): Issue | undefined {
  return fitsMinorUnits(value, currency) ? undefined : issueOf(field, 'too_many_decimals', { decimals: minorUnits(currency), currency });
}

/**
 * Checks a currency that a request may send beside an amount.
 * @returns an issue when it differs from the account's currency
 */
export function currencyIssue(field: string, sent: string | null | undefined, currency: string): Issue | undefined {
  if (sent === undefined || sent === null || sent === '' || sent === currency) return undefined;
  return issueOf(field, 'wrong_currency', { currency });
}

/** Rounds half-even to the currency's minor unit. */
export function roundToMinorUnits(value: Decimal, currency: string): Decimal {
  return withoutNegativeZero(value.toDecimalPlaces(minorUnits(currency), DecimalJs.ROUND_HALF_EVEN));
}

/**
 * Writes an amount as answers show it: the minor unit's decimals, at least two.
 * @param value a Decimal, or numeric text as Postgres returns it (`-12.3400`).
 */
export function formatMoney(value: Decimal | string, currency: string): string {
  const decimals = Math.max(2, minorUnits(currency));
  if (typeof value !== 'string') return withoutNegativeZero(value.toDecimalPlaces(decimals, DecimalJs.ROUND_HALF_EVEN)).toFixed(decimals);
  // Lists format thousands of numeric(24,4) texts: cutting zeros off beats building Decimals.
  const point = value.indexOf('.');
  if (point === -1) return `${value}.${'0'.repeat(decimals)}`;
  const fraction = value.length - point - 1;
  if (fraction <= decimals) return value + '0'.repeat(decimals - fraction);
  return value.slice(0, point + 1 + decimals);
}

function withoutNegativeZero(value: Decimal): Decimal {
  return value.isZero() ? ZERO : value;
}
