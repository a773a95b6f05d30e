import { accountToday } from '../bank-accounts/first-owner.ts';
import type { Bounds } from '../config.ts';
import type { Clock } from '../dates.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { FieldError } from '../errors.ts';
import { amountIn, requireSameCurrency } from '../money.ts';
import type { BudgetDraft } from './budget.schemas.ts';
import { normalSchedules } from './budget-schedules.ts';
import { DEFAULT_BUDGET_TYPE, DEFAULT_FUNDING_TYPE } from './budget-types.ts';
import { createFillup } from './fillup-goal.ts';
import { insertBudget, type NewBudget } from './insert-budget.ts';

/**
 * Creates a budget, and the fill-up of a recurring one that wants it. Only dates after today are funded.
 * @param userId the requesting user, who must own the account
 * @returns the new budget's id
 * @throws FieldError for an account that does not exist for this user, type A, an amount that does not fit the
 *   currency, a schedule that is not accepted, or when there is no room for another budget
 */
export async function createBudget(tx: Tx, draft: BudgetDraft, userId: number, context: { clock: Clock; bounds: Bounds }): Promise<string> {
  const { clock, bounds } = context;
  const account = await lockBankAccount(tx, draft.bank_account, userId);
  if (!account) throw FieldError.doesNotExist('bank_account', draft.bank_account);
  if (draft.budget_type === 'A') {
    throw FieldError.of('budget_type', 'A fill-up is made by its parent: create a recurring budget (R) with with_fillup_goal.');
  }
  requireSameCurrency('target_balance_currency', draft.target_balance_currency, account.currency);
  requireSameCurrency('funding_amount_currency', draft.funding_amount_currency, account.currency);
  amountIn('target_balance', draft.target_balance, account.currency);
  if (draft.funding_amount) amountIn('funding_amount', draft.funding_amount, account.currency);

  const today = await accountToday(tx, account.id, clock);
  const { fundingSchedule = '', recurranceSchedule = null } = normalSchedules(draft, today);
  const budget: NewBudget = {
    name: draft.name,
    budgetType: draft.budget_type ?? DEFAULT_BUDGET_TYPE,
    fundingType: draft.funding_type ?? DEFAULT_FUNDING_TYPE,
    targetBalance: draft.target_balance,
    fundingAmount: draft.funding_amount ?? null,
    targetDate: draft.target_date ?? null,
    withFillupGoal: draft.with_fillup_goal ?? false,
    paused: draft.paused ?? false,
    fundingSchedule,
    recurranceSchedule,
    memo: draft.memo ?? null,
    autoSpend: draft.auto_spend,
  };
  const id = await insertBudget(tx, account, budget, today, clock.now(), bounds.budgetsOfAccount);
  if (budget.budgetType === 'R' && budget.withFillupGoal) await createFillup(tx, account, id, budget, context);
  return id;
}
