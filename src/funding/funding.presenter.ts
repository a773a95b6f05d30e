import { formatMoney } from '../money.ts';
import { mapInSteps, stepByStep } from '../steps.ts';
import type { AccountFundingSummary } from './funding-summary.ts';
import type { AccountForecast } from './forecast-account.ts';
import type { ForecastBalance } from './forecast.ts';
import type { FundingEventRow } from './funding-event.queries.ts';
import type { FundingEventResponse, FundingForecastAnswer, FundingSummaryResponse } from './funding.schemas.ts';

/** A summary as the API shows it. */
export function presentFundingSummary({ currency, schedules, totalAmount }: AccountFundingSummary): FundingSummaryResponse {
  return {
    schedules: schedules.map((group) => ({
      schedule: group.schedule,
      next_date: group.nextDate,
      total_amount: formatMoney(group.totalAmount, currency),
      currency,
      budget_count: group.budgetCount,
    })),
    total_amount: formatMoney(totalAmount, currency),
    currency,
  };
}

/** A forecast as the API shows it; it may have thousands of events, so that others have their turn between them. */
export async function presentForecast(forecast: AccountForecast): Promise<FundingForecastAnswer> {
  const { bankAccountId, currency, until, events, balances, warnings } = forecast;
  const presentBalance = ({ budgetId, balance }: ForecastBalance): { budget: string; balance: string } => ({
    budget: budgetId,
    balance: formatMoney(balance, currency),
  });
  return {
    account: bankAccountId,
    currency,
    until,
    events: await stepByStep(
      mapInSteps(events, (event) => ({
        budget: event.budgetId,
        kind: event.kind,
        date: event.date,
        wanted: formatMoney(event.wanted, currency),
        moved: formatMoney(event.moved, currency),
        balances: event.balancesAfter.map(presentBalance),
      })),
    ),
    balances: balances.map(presentBalance),
    warnings: [...warnings],
  };
}

/** A processed event as the API shows it. */
export function presentFundingEvent(row: FundingEventRow): FundingEventResponse {
  return {
    id: row.id,
    bank_account: row.bank_account_id,
    budget: row.budget_id,
    kind: row.kind,
    date: row.date,
    wanted: formatMoney(row.wanted, row.currency),
    wanted_currency: row.currency,
    moved: formatMoney(row.moved, row.currency),
    moved_currency: row.currency,
    skipped: row.skipped,
    warning: row.warning,
    internal_transaction: row.internal_transaction_id,
    created_at: row.created_at,
  };
}
