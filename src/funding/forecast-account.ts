import type { z } from 'zod';

import { bankAccountExists } from '../bank-accounts/bank-account.queries.ts';
import { addDays, type CalendarDate, type Clock } from '../dates.ts';
import type { Queryable } from '../db/database.ts';
import { FieldError } from '../errors.ts';
import { formatMoney } from '../money.ts';
import { forecastFunding, type ForecastBalance } from './forecast.ts';
import type { fundingForecast } from './funding.schemas.ts';
import { loadFundingInputs } from './load-funding-input.ts';

const DEFAULT_DAYS = 92;
const MAXIMUM_DAYS = 731;

/**
 * Forecasts the funding of one account: the engine itself, played forward in memory, from one consistent view and
 * without the account's lock.
 * @param until the last date; undefined: three months from today in the owner's timezone
 * @returns undefined when the user owns no such account
 * @throws FieldError on `until` when it is over two years ahead, or in the past
 */
export async function forecastAccount(
  db: Queryable,
  bankAccountId: string,
  userId: number,
  clock: Clock,
  until: CalendarDate | undefined,
): Promise<z.output<typeof fundingForecast> | undefined> {
  if (!(await bankAccountExists(db, bankAccountId, userId))) return undefined;
  const input = (await loadFundingInputs(db, [bankAccountId], { clock })).get(bankAccountId);
  if (!input) return undefined;
  const last = until ?? addDays(input.today, DEFAULT_DAYS);
  if (last < input.today) throw FieldError.of('until', 'Must not lie in the past.');
  if (last > addDays(input.today, MAXIMUM_DAYS)) throw FieldError.of('until', 'Must lie within two years from today.');

  const forecast = forecastFunding(input, last);
  if (forecast.hasMore) throw FieldError.of('until', 'There are too many events until then; choose an earlier date.');
  const { currency } = input.account;
  const presentBalance = ({ budgetId, balance }: ForecastBalance): { budget: string; balance: string } => ({
    budget: budgetId,
    balance: formatMoney(balance, currency),
  });
  return {
    account: bankAccountId,
    currency,
    until: last,
    events: forecast.events.map((event) => ({
      budget: event.budgetId,
      kind: event.kind,
      date: event.date,
      wanted: formatMoney(event.wanted, currency),
      moved: formatMoney(event.moved, currency),
      balances: event.balancesAfter.map(presentBalance),
    })),
    balances: forecast.balances.map(presentBalance),
    warnings: [...forecast.warnings],
  };
}
