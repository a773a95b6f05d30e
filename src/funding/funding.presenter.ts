import { formatMoney } from '../money.ts';
import type { AccountFundingSummary } from './funding-summary.ts';
import type { FundingSummaryAnswer } from './funding.schemas.ts';

/** A summary as the API shows it. */
export function presentFundingSummary({ currency, schedules, totalAmount }: AccountFundingSummary): FundingSummaryAnswer {
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
