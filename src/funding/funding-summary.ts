import { fundingContextOf } from '../budgets/budget.presenter.ts';
import { openBudgetsOf } from '../budgets/budget.queries.ts';
import { fundingBudgetOf } from '../budgets/funding-budget.ts';
import type { Clock } from '../dates.ts';
import type { Queryable } from '../db/database.ts';
import { fundingSummary } from '../budgets/next-funding.ts';
import { formatMoney } from '../money.ts';
import type { FundingSummaryAnswer } from '../bank-accounts/bank-account.schemas.ts';

/**
 * What an account's budgets get at their next funding dates, summed by schedule.
 * @returns undefined when there is no such account, or the user does not own it
 */
export async function summarizeFunding(db: Queryable, bankAccountId: string, userId: number, clock: Clock): Promise<FundingSummaryAnswer | undefined> {
  const budgets = await openBudgetsOf(db, bankAccountId, userId);
  const [first] = budgets;
  if (!first) return undefined;
  const { currency } = first;
  const { schedules, totalAmount } = fundingSummary(budgets.map(fundingBudgetOf), fundingContextOf(first, clock));
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
