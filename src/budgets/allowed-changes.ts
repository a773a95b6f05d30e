import type { CalendarDate } from '../dates.ts';
import type { LockedBankAccount } from '../ledger/lock-bank-account.ts';
import { issueOf, refuse, type Issue } from '../errors.ts';
import { currencyIssue, decimalsIssue, type Decimal } from '../money.ts';
import type { NormalSchedules, SentSchedules } from './budget-schedules.ts';
import type { SentDetails } from './budget.columns.ts';
import type { BudgetRow } from './budget.queries.ts';
import type { BudgetType, FundingType } from './funding-input.ts';

/** Settings that a fill-up has from its parent. */
const PARENTS_OWN = ['name', 'targetBalance', 'fundingSchedule', 'paused'] as const;

/** What a user says about a budget; what is undefined stays as it is. */
export interface BudgetUpdate extends SentSchedules {
  id: string;
  /** Fixed since creation: these two may only be repeated. */
  bankAccount: string | undefined;
  budgetType: BudgetType | undefined;
  name: string | undefined;
  fundingType: FundingType | undefined;
  targetBalance: Decimal | undefined;
  targetBalanceCurrency: string | undefined;
  fundingAmount: Decimal | null | undefined;
  fundingAmountCurrency: string | null | undefined;
  targetDate: CalendarDate | null | undefined;
  withFillupGoal: boolean | undefined;
  paused: boolean | undefined;
  details: SentDetails;
  /** How many budgets the account may have, where the change makes a fill-up. */
  maximumBudgets: number;
}

/**
 * Makes sure that a change leaves alone what is fixed: a budget's account and type, the name of Unallocated, and what a
 * fill-up has from its parent. A fixed field may be sent with the value that it has.
 * @param row the budget as it is
 * @param schedules the change's schedules in their normal form
 * @throws InvalidInput on each field that cannot be changed so
 */
export function requireAllowedChanges(row: BudgetRow, update: BudgetUpdate, schedules: NormalSchedules, account: LockedBankAccount): void {
  const { currency } = account;
  const { targetBalance, fundingAmount } = update;
  refuse([currencyIssue('targetBalanceCurrency', update.targetBalanceCurrency, currency)]);
  refuse([currencyIssue('fundingAmountCurrency', update.fundingAmountCurrency, currency)]);
  if (targetBalance) refuse([decimalsIssue('targetBalance', targetBalance, currency)]);
  if (fundingAmount) refuse([decimalsIssue('fundingAmount', fundingAmount, currency)]);

  const changed = {
    bankAccount: update.bankAccount !== undefined && update.bankAccount !== row.bank_account_id,
    budgetType: update.budgetType !== undefined && update.budgetType !== row.budget_type,
    name: update.name !== undefined && update.name !== row.name,
    targetBalance: targetBalance !== undefined && !targetBalance.equals(row.target_balance),
    fundingSchedule: schedules.fundingSchedule !== undefined && schedules.fundingSchedule !== row.funding_schedule,
    paused: update.paused !== undefined && update.paused !== row.paused,
  };
  const issue = (field: string, isRefused: boolean, code: Issue['code'], params?: Issue['params']): Issue | undefined =>
    isRefused ? issueOf(field, code, params) : undefined;
  const { parent } = row;
  refuse([
    issue('bankAccount', changed.bankAccount, 'immutable'),
    issue('budgetType', changed.budgetType, 'immutable'),
    issue('name', changed.name && row.id === account.unallocatedBudgetId, 'unallocated_not_renamable'),
    ...(parent ? PARENTS_OWN.map((field) => issue(field, changed[field], 'fillup_belongs_to_parent', { name: parent.name, id: parent.id })) : []),
    issue('withFillupGoal', row.archived && row.budget_type === 'R' && update.withFillupGoal === true && !row.with_fillup_goal, 'fillup_of_archived_budget'),
  ]);
}
