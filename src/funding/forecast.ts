import type { CalendarDate } from '../dates.ts';
import type { Decimal } from '../money.ts';
import type { FundingInput } from '../budgets/funding-input.ts';
import { planFunding, type PlannedEvent } from './plan.ts';

/** What a budget holds after an event, or at the end. */
export interface ForecastBalance {
  readonly budgetId: string;
  readonly balance: Decimal;
}

/** A coming event, and what the two budgets between which it moves money hold after it. */
export interface ForecastEvent extends PlannedEvent {
  /** Source first, then destination; empty when nothing moves. */
  readonly balancesAfter: readonly ForecastBalance[];
}

/** The future of an account on which nothing else happens. */
export interface FundingForecast {
  readonly events: readonly ForecastEvent[];
  /** Of all given budgets, and of Unallocated, at the end of the last date. */
  readonly balances: readonly ForecastBalance[];
  readonly warnings: readonly string[];
  /** The forecast stops before its date, because it has too many events. */
  readonly hasMore: boolean;
}

/**
 * Plays the funding engine forward as if everything were imported in time.
 * @param input the account as it is now; `today` and `lastPostedThrough` do not matter.
 * @param until the last date.
 */
export function forecastFunding(input: Omit<FundingInput, 'today'>, until: CalendarDate): FundingForecast {
  const { account, budgets } = input;
  const plan = planFunding({ account: { ...account, lastPostedThrough: until }, budgets, today: until });
  const balances = new Map(budgets.map(({ id, balance }) => [id, balance]));
  balances.set(account.unallocatedBudgetId, account.unallocatedBalance);
  const change = (budgetId: string, amount: Decimal): ForecastBalance => {
    const balance = balances.get(budgetId)?.plus(amount) ?? amount;
    balances.set(budgetId, balance);
    return { budgetId, balance };
  };
  const events = plan.events.map((event): ForecastEvent => {
    const { transfer } = event;
    if (!transfer) return { ...event, balancesAfter: [] };
    const { sourceBudgetId, destinationBudgetId, amount } = transfer;
    return { ...event, balancesAfter: [change(sourceBudgetId, amount.negated()), change(destinationBudgetId, amount)] };
  });
  return {
    events,
    balances: [...balances].map(([budgetId, balance]) => ({ budgetId, balance })),
    warnings: plan.warnings,
    hasMore: plan.hasMore,
  };
}
