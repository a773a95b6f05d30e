import type { Principal } from '../auth/principal.ts';
import { isBankAccountVisible } from '../bank-accounts/bank-account.queries.ts';
import { addDays, type CalendarDate } from '../dates.ts';
import type { Queryable } from '../db/database.ts';
import { AppError, InvalidInput, issueOf, type Issue } from '../errors.ts';
import { stepByStep } from '../steps.ts';
import { requireWithinTwoYears } from './days-ahead.ts';
import { forecastFunding, type FundingForecast } from './forecast.ts';
import { loadFundingInputs } from './load-funding-input.ts';
import { EVENTS_PER_ROUND } from './plan.ts';

const DEFAULT_DAYS = 92;

/** The forecast of an account through a date. */
export interface AccountForecast extends FundingForecast {
  bankAccountId: string;
  currency: string;
  until: CalendarDate;
}

/**
 * Forecasts the funding of one account: the engine itself, played forward in memory, from one consistent view and
 * without the account's lock.
 * @param until the last date; undefined: three months from today in the owner's timezone
 * @throws AppError `not_found` when the principal does not see the account
 * @throws InvalidInput on `until` when it is over two years ahead or in the past, or when there are more events until then than
 *   one forecast shows (`EVENTS_PER_ROUND`)
 */
export async function forecastAccount(
  db: Queryable,
  principal: Principal,
  { bankAccountId, until }: { bankAccountId: string; until: CalendarDate | undefined },
  now: Date,
): Promise<AccountForecast> {
  const isVisible = await isBankAccountVisible(db, principal, bankAccountId);
  const input = isVisible ? (await loadFundingInputs(db, [bankAccountId], { now })).get(bankAccountId) : undefined;
  if (!input) throw new AppError('not_found');
  const last = until ?? addDays(input.today, DEFAULT_DAYS);
  if (last < input.today) throw new InvalidInput([issueOf('until', 'in_the_past')]);
  requireWithinTwoYears('until', last, input.today);

  const forecast = await stepByStep(forecastFunding(input, last));
  if (forecast.firstLeft !== null) throw new InvalidInput([tooManyEvents(forecast.firstLeft, input.today)]);
  return { ...forecast, bankAccountId, currency: input.account.currency, until: last };
}

function tooManyEvents(firstLeft: CalendarDate, today: CalendarDate): Issue {
  const last = addDays(firstLeft, -1);
  const maximum = EVENTS_PER_ROUND;
  return last < today ? issueOf('until', 'too_many_funding_events_due', { maximum }) : issueOf('until', 'too_many_funding_events', { maximum, last });
}
