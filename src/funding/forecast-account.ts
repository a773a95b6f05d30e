import type { z } from 'zod';

import { addDays, type CalendarDate, type Clock } from '../dates.ts';
import { lockBankAccount } from '../db/locks.ts';
import type { Tx } from '../db/transaction.ts';
import { FieldError } from '../errors.ts';
import { formatMoney } from '../money.ts';
import { forecastFunding, type ForecastBalance } from './forecast.ts';
import type { fundingForecast } from './funding.schemas.ts';
import { loadFundingInput } from './load-funding-input.ts';

const DEFAULT_DAYS = 92;
const MAXIMUM_DAYS = 731;

/**
 * Forecasts the funding of one account: the engine itself, played forward in memory.
 * @param until the last date; undefined: three months from today in the owner's timezone
 * @returns undefined when the user owns no such account
 * @throws FieldError on `until` when it is over two years ahead, or in the past
 */
export async function forecastAccount(
  tx: Tx,
  bankAccountId: string,
  userId: number,
  clock: Clock,
  until: CalendarDate | undefined,
): Promise<z.output<typeof fundingForecast> | undefined> {
  const account = await lockBankAccount(tx, bankAccountId, userId);
  if (!account) return undefined;
  const input = await loadFundingInput(tx, account, clock);
  const last = until ?? addDays(input.today, DEFAULT_DAYS);
  if (last < input.today) throw FieldError.of('until', 'Must not lie in the past.');
  if (last > addDays(input.today, MAXIMUM_DAYS)) throw FieldError.of('until', 'Must lie within two years from today.');

  const forecast = forecastFunding(input, last);
  if (forecast.hasMore) throw FieldError.of('until', 'There are too many events until then; choose an earlier date.');
  const presentBalance = ({ budgetId, balance }: ForecastBalance): { budget: string; balance: string } => ({
    budget: budgetId,
    balance: formatMoney(balance, account.currency),
  });
  return {
    account: account.id,
    currency: account.currency,
    until: last,
    events: forecast.events.map((event) => ({
      budget: event.budgetId,
      kind: event.kind,
      date: event.date,
      wanted: formatMoney(event.wanted, account.currency),
      moved: formatMoney(event.moved, account.currency),
      balances: event.balancesAfter.map(presentBalance),
    })),
    balances: forecast.balances.map(presentBalance),
    warnings: [...forecast.warnings],
  };
}
