import type { Principal } from '../auth/principal.ts';
import { accountToday } from '../bank-accounts/first-owner.ts';
import type { CalendarDate } from '../dates.ts';
import { InvalidInput, issueOf, refuse } from '../errors.ts';
import { lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import { currencyIssue, decimalsIssue, type Decimal } from '../money.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { SentDetails } from './budget.columns.ts';
import { normalSchedules, type SentSchedules } from './budget-schedules.ts';
import { DEFAULT_BUDGET_TYPE, DEFAULT_FUNDING_TYPE } from './budget-types.ts';
import { getBudget, type BudgetRow } from './budget.queries.ts';
import { createFillup } from './fillup-goal.ts';
import type { BudgetType, FundingType } from './funding-input.ts';
import { insertBudget, type NewBudget } from './insert-budget.ts';

/** What a user says about a new budget. Undefined: the default, or nothing. */
export interface BudgetDraft extends SentSchedules {
  bankAccount: string;
  name: string;
  budgetType: BudgetType | undefined;
  fundingType: FundingType | undefined;
  targetBalance: Decimal;
  targetBalanceCurrency: string | undefined;
  fundingAmount: Decimal | null;
  fundingAmountCurrency: string | null | undefined;
  targetDate: CalendarDate | null;
  withFillupGoal: boolean;
  paused: boolean;
  details: SentDetails;
  /** How many budgets the account may have, archived ones among them. */
  maximumBudgets: number;
}

/**
 * Creates a budget, and the fill-up of a recurring one that wants it. Only dates after today are funded.
 * @returns the new budget
 * @throws InvalidInput for an account that the principal does not see, type A, an amount that does not fit the currency, a
 *   schedule that is not accepted, or when there is no room for another budget
 */
export async function createBudget(tx: Tx, principal: Principal, draft: BudgetDraft, now: Date): Promise<BudgetRow> {
  const account = await lockVisibleBankAccount(tx, principal, draft.bankAccount);
  if (!account) throw new InvalidInput([issueOf('bankAccount', 'does_not_exist', { id: draft.bankAccount })]);
  if (draft.budgetType === 'A') throw new InvalidInput([issueOf('budgetType', 'fillup_without_parent')]);
  refuse([currencyIssue('targetBalanceCurrency', draft.targetBalanceCurrency, account.currency)]);
  refuse([currencyIssue('fundingAmountCurrency', draft.fundingAmountCurrency, account.currency)]);
  refuse([decimalsIssue('targetBalance', draft.targetBalance, account.currency)]);
  if (draft.fundingAmount) refuse([decimalsIssue('fundingAmount', draft.fundingAmount, account.currency)]);

  const today = await accountToday(tx, account.id, now);
  const { fundingSchedule = '', recurrenceSchedule = null } = normalSchedules(draft, today);
  const { name, targetBalance, fundingAmount, targetDate, withFillupGoal, paused, details, maximumBudgets } = draft;
  const budget: NewBudget = {
    name,
    budgetType: draft.budgetType ?? DEFAULT_BUDGET_TYPE,
    fundingType: draft.fundingType ?? DEFAULT_FUNDING_TYPE,
    targetBalance,
    fundingAmount,
    targetDate,
    withFillupGoal,
    paused,
    fundingSchedule,
    recurrenceSchedule,
    details,
    anchor: today,
    maximumBudgets,
  };
  const id = await insertBudget(tx, account, budget, now);
  if (budget.budgetType === 'R' && withFillupGoal) await createFillup(tx, account, { ...budget, parentId: id }, now);
  return getBudget(tx, principal, id);
}
