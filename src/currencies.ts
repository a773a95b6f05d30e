import { data } from 'currency-codes';

/** A currency as answers show it; `numeric` keeps its leading zeros (`"008"`). */
export interface Currency {
  readonly code: string;
  readonly name: string;
  readonly numeric: string;
}

/** All currencies in use according to ISO 4217, list one, sorted by code. */
export const CURRENCIES: readonly Currency[] = data
  .map(({ code, currency, number }) => ({ code, name: currency, numeric: number }))
  .sort((left, right) => (left.code < right.code ? -1 : 1));

const codes = new Set(CURRENCIES.map(({ code }) => code));

/** Says whether this is the code of a currency in use, in capitals: `USD`. */
export function isCurrency(code: string): boolean {
  return codes.has(code);
}
