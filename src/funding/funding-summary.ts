import { fundingContextOf, openBudgetsOf } from '../budgets/budget.queries.ts';
import { fundingBudgetOf } from '../budgets/funding-budget.ts';
import { fundingSummary, type ScheduleSummary } from '../budgets/next-funding.ts';
import type { Clock } from '../dates.ts';
import type { Queryable } from '../db/database.ts';
import type { Decimal } from '../money.ts';

/** What an account's budgets get at their next funding dates. */
export interface AccountFundingSummary {
  currency: string;
  schedules: ScheduleSummary[];
  totalAmount: Decimal;
}

/**
 * Sums what an account's budgets get at their next funding dates, by schedule.
 * @returns undefined when there is no such account, or the user does not own it
 */
export async function summarizeFunding(db: Queryable, bankAccountId: string, userId: number, clock: Clock): Promise<AccountFundingSummary | undefined> {
  const budgets = await openBudgetsOf(db, bankAccountId, userId);
  const [first] = budgets;
  if (!first) return undefined;
  return { currency: first.currency, ...fundingSummary(budgets.map(fundingBudgetOf), fundingContextOf(first, clock)) };
}
