import type { z } from 'zod';

import { bankAccountExists } from '../bank-accounts/bank-account.queries.ts';
import { addDays, type CalendarDate, type Clock } from '../dates.ts';
import type { Queryable } from '../db/database.ts';
import { FieldError } from '../errors.ts';
import { formatMoney } from '../money.ts';
import { mapInSteps, stepByStep } from '../steps.ts';
import { requireWithinTwoYears } from './days-ahead.ts';
import { forecastFunding, type ForecastBalance } from './forecast.ts';
import type { fundingForecast } from './funding.schemas.ts';
import { loadFundingInputs } from './load-funding-input.ts';
import { EVENTS_PER_ROUND } from './plan.ts';

const DEFAULT_DAYS = 92;

/**
 * Forecasts the funding of one account: the engine itself, played forward in memory, from one consistent view and
 * without the account's lock.
 * @param until the last date; undefined: three months from today in the owner's timezone
 * @returns undefined when the user owns no such account
 * @throws FieldError on `until` when it is over two years ahead or in the past, or when there are more events until then than
 *   one forecast shows (`EVENTS_PER_ROUND`)
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
  requireWithinTwoYears('until', last, input.today);

  const forecast = await stepByStep(forecastFunding(input, last));
  if (forecast.firstLeft !== null) throw FieldError.of('until', tooManyEvents(forecast.firstLeft, input.today));
  const { currency } = input.account;
  const presentBalance = ({ budgetId, balance }: ForecastBalance): { budget: string; balance: string } => ({
    budget: budgetId,
    balance: formatMoney(balance, currency),
  });
  return {
    account: bankAccountId,
    currency,
    until: last,
    events: await stepByStep(
      mapInSteps(forecast.events, (event) => ({
        budget: event.budgetId,
        kind: event.kind,
        date: event.date,
        wanted: formatMoney(event.wanted, currency),
        moved: formatMoney(event.moved, currency),
        balances: event.balancesAfter.map(presentBalance),
      })),
    ),
    balances: forecast.balances.map(presentBalance),
    warnings: [...forecast.warnings],
  };
}

function tooManyEvents(firstLeft: CalendarDate, today: CalendarDate): string {
  const last = addDays(firstLeft, -1);
  return last < today
    ? `More than ${EVENTS_PER_ROUND} events through today are not funded yet: there is no forecast before they are.`
    : `There are more than ${EVENTS_PER_ROUND} events until then: ${last} at the latest.`;
}
