import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import { FieldError, type FieldErrors } from '../errors.ts';
import { amountIn, requireSameCurrency } from '../money.ts';
import type { NormalSchedules } from './budget-schedules.ts';
import type { BudgetRow } from './budget.queries.ts';
import type { BudgetChanges } from './budget.schemas.ts';
import { belongsToParent } from './fillup-goal.ts';

/**
 * Makes sure that a change leaves alone what is fixed: a budget's account and type, the name of Unallocated, and what a
 * fill-up has from its parent. A fixed field may be sent with the value that it has.
 * @param row the budget as it is
 * @param schedules the change's schedules in their normal form
 * @throws FieldError on each field that cannot be changed so
 */
export function requireAllowedChanges(row: BudgetRow, changes: BudgetChanges, schedules: NormalSchedules, account: LockedBankAccount): void {
  requireSameCurrency('target_balance_currency', changes.target_balance_currency, account.currency);
  requireSameCurrency('funding_amount_currency', changes.funding_amount_currency, account.currency);
  if (changes.target_balance) amountIn('target_balance', changes.target_balance, account.currency);
  if (changes.funding_amount) amountIn('funding_amount', changes.funding_amount, account.currency);

  const changed = {
    bank_account: changes.bank_account !== undefined && changes.bank_account !== row.bank_account_id,
    budget_type: changes.budget_type !== undefined && changes.budget_type !== row.budget_type,
    name: changes.name !== undefined && changes.name !== row.name,
    target_balance: changes.target_balance !== undefined && !changes.target_balance.equals(row.target_balance),
    funding_schedule: schedules.fundingSchedule !== undefined && schedules.fundingSchedule !== row.funding_schedule,
    paused: changes.paused !== undefined && changes.paused !== row.paused,
  };
  const errors: FieldErrors = {};
  for (const field of ['bank_account', 'budget_type'] as const) {
    if (changed[field]) errors[field] = ['This field cannot be changed after creation.'];
  }
  if (changed.name && row.id === account.unallocatedBudgetId) errors['name'] = ['The Unallocated budget cannot be renamed.'];
  if (row.parent) {
    for (const field of ['name', 'target_balance', 'funding_schedule', 'paused'] as const) {
      if (changed[field]) errors[field] = [belongsToParent(row.parent)];
    }
  }
  if (row.archived && row.budget_type === 'R' && changes.with_fillup_goal === true && !row.with_fillup_goal) {
    errors['with_fillup_goal'] = ['An archived budget cannot get a fill-up.'];
  }
  if (Object.keys(errors).length > 0) throw new FieldError(errors);
}
