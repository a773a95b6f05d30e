import type { CalendarDate } from '../dates.ts';
import type { Decimal } from '../money.ts';
import { mapInSteps, type Steps } from '../steps.ts';
import type { FundingInput } from '../budgets/funding-input.ts';
import { EVENTS_PER_ROUND, planFunding, type PlannedEvent } from './plan.ts';

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
  /** The date of the first event that is left out, because the forecast has as many as it may; null when it is complete. */
  readonly firstLeft: CalendarDate | null;
}

/**
 * Plays the funding engine forward as if everything were imported in time.
 * @param input the account as it is now; `today` and `lastPostedThrough` do not matter.
 * @param until the last date.
 * @param maximumEvents where to stop
 * @returns the forecast, in steps as `planFunding` has them
 */
export function* forecastFunding(input: Omit<FundingInput, 'today'>, until: CalendarDate, maximumEvents = EVENTS_PER_ROUND): Steps<FundingForecast> {
  const { account, budgets } = input;
  const plan = yield* planFunding({ account: { ...account, lastPostedThrough: until }, budgets, today: until }, maximumEvents);
  const balances = new Map(budgets.map(({ id, balance }) => [id, balance]));
  balances.set(account.unallocatedBudgetId, account.unallocatedBalance);
  const change = (budgetId: string, amount: Decimal): ForecastBalance => {
    const balance = balances.get(budgetId)?.plus(amount) ?? amount;
    balances.set(budgetId, balance);
    return { budgetId, balance };
  };
  const events = yield* mapInSteps(plan.events, (event): ForecastEvent => {
    const { transfer } = event;
    if (!transfer) return { ...event, balancesAfter: [] };
    const { sourceBudgetId, destinationBudgetId, amount } = transfer;
    return { ...event, balancesAfter: [change(sourceBudgetId, amount.negated()), change(destinationBudgetId, amount)] };
  });
  return {
    events,
    balances: [...balances].map(([budgetId, balance]) => ({ budgetId, balance })),
    warnings: plan.warnings,
    firstLeft: plan.firstLeft,
  };
}
