import { roundToMinorUnits, ZERO, type Decimal } from '../money.ts';
import type { BudgetType, FundingType } from './funding-input.ts';

/** The budget whose calendar and settings decide. */
export interface FundingTerms {
  readonly budgetType: BudgetType;
  readonly fundingType: FundingType;
  readonly fundingAmount: Decimal | null;
}

/** The budget that gets the money: the same one, or the fill-up of a recurring budget. */
export interface Receiver {
  readonly targetBalance: Decimal;
  readonly balance: Decimal;
}

/** What the receiver lacks to its target; never negative. */
export function gapOf(receiver: Receiver): Decimal {
  const gap = receiver.targetBalance.minus(receiver.balance);
  return gap.isNegative() ? ZERO : gap;
}

/**
 * The amount of one fund event, not limited by what Unallocated holds.
 * @param datesLeft funding dates from this one through the end, at least 1; asked only when type D needs it.
 * @param currency decides the rounding of a spread gap.
 */
export function fundAmount(terms: FundingTerms, receiver: Receiver, datesLeft: () => number, currency: string): Decimal {
  if (terms.fundingType === 'F') return fixedAmount(terms, receiver);
  const gap = gapOf(receiver);
  return gap.isZero() ? ZERO : spreadAmount(gap, datesLeft(), currency);
}

/** Type F: the funding amount, but never more than the gap when there is a target. A capped budget without a cap gets nothing. */
export function fixedAmount(terms: FundingTerms, receiver: Receiver): Decimal {
  const amount = terms.fundingAmount ?? ZERO;
  if (receiver.targetBalance.greaterThan(0)) return smaller(amount, gapOf(receiver));
  return terms.budgetType === 'C' ? ZERO : amount;
}

/** Type D: an equal part of the gap for each date that is left, rounded half-even; the last date closes the gap to the cent. */
export function spreadAmount(gap: Decimal, datesLeft: number, currency: string): Decimal {
  return roundToMinorUnits(gap.dividedBy(datesLeft), currency);
}

/** What a recurring budget wants from its fill-up at a recurrence: the gap to its target, nothing without a target. */
export function recurrenceAmount(budget: Receiver): Decimal {
  return budget.targetBalance.greaterThan(0) ? gapOf(budget) : ZERO;
}

/** What can be moved of an amount out of a balance: never more than is there, nothing out of an overdrawn budget. */
export function movableAmount(wanted: Decimal, available: Decimal): Decimal {
  return available.isNegative() ? ZERO : smaller(wanted, available);
}

/** Says whether a budget holds its target; without a target never. */
export function holdsTarget(budget: Receiver): boolean {
  return budget.targetBalance.greaterThan(0) && budget.balance.greaterThanOrEqualTo(budget.targetBalance);
}

/**
 * The `complete` flag after a budget's balance has changed. Goals and recurring budgets stay complete
 * when money is spent; capped budgets and fill-ups always say how things are now.
 * @param wasComplete the flag until now.
 */
export function isComplete(budgetType: BudgetType, wasComplete: boolean, budget: Receiver): boolean {
  const sticky = budgetType === 'G' || budgetType === 'R';
  return holdsTarget(budget) || (sticky && wasComplete);
}

/**
 * The `complete` flag after `target_balance` has changed: raised above the balance, it re-opens goals and recurring budgets.
 * @param budget with the new target.
 */
export function isCompleteAfterRetarget(budgetType: BudgetType, wasComplete: boolean, previousTarget: Decimal, budget: Receiver): boolean {
  const raised = budget.targetBalance.greaterThan(previousTarget) && budget.targetBalance.greaterThan(budget.balance);
  return isComplete(budgetType, wasComplete && !raised, budget);
}

// Decimal.min makes new objects of its arguments, which shows in a run of tens of thousands of events.
function smaller(left: Decimal, right: Decimal): Decimal {
  return left.lessThan(right) ? left : right;
}
