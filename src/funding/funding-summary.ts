import type { Principal } from '../auth/principal.ts';
import { fundingContextOf, openBudgetsOf } from '../budgets/budget.queries.ts';
import { fundingBudgetOf } from '../budgets/funding-budget.ts';
import { fundingSummary, type ScheduleSummary } from '../budgets/next-funding.ts';
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
 * @param now says which day it is
 * @returns undefined when there is no such account, or the principal does not see it
 */
export async function summarizeFunding(db: Queryable, principal: Principal, bankAccountId: string, now: Date): Promise<AccountFundingSummary | undefined> {
  const budgets = await openBudgetsOf(db, principal, bankAccountId);
  const [first] = budgets;
  if (!first) return undefined;
  return { currency: first.currency, ...fundingSummary(budgets.map(fundingBudgetOf), fundingContextOf(first, now)) };
}
