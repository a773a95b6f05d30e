import type { z } from 'zod';

import type { budgetRequest, patchedBudgetRequest } from './budget.schemas.ts';
import type { SentDetails } from './budget.columns.ts';
import type { BudgetDraft } from './create-budget.ts';
import type { BudgetUpdate } from './allowed-changes.ts';

/**
 * Reads the settings of a new budget in the words of the domain.
 * @param maximumBudgets how many budgets its account may have
 */
export function readBudgetDraft(body: z.output<typeof budgetRequest>, maximumBudgets: number): BudgetDraft {
  return {
    bankAccount: body.bank_account,
    name: body.name,
    budgetType: body.budget_type,
    fundingType: body.funding_type,
    targetBalance: body.target_balance,
    targetBalanceCurrency: body.target_balance_currency,
    fundingAmount: body.funding_amount ?? null,
    fundingAmountCurrency: body.funding_amount_currency,
    targetDate: body.target_date ?? null,
    withFillupGoal: body.with_fillup_goal ?? false,
    paused: body.paused ?? false,
    fundingSchedule: body.funding_schedule,
    recurrenceSchedule: body.recurrance_schedule,
    details: readDetails(body),
    maximumBudgets,
  };
}

/**
 * Reads what a PUT or PATCH says; what is absent stays undefined.
 * @param maximumBudgets how many budgets its account may have
 */
export function readBudgetUpdate(id: string, body: z.output<typeof patchedBudgetRequest>, maximumBudgets: number): BudgetUpdate {
  return {
    id,
    bankAccount: body.bank_account,
    name: body.name,
    budgetType: body.budget_type,
    fundingType: body.funding_type,
    targetBalance: body.target_balance,
    targetBalanceCurrency: body.target_balance_currency,
    fundingAmount: body.funding_amount,
    fundingAmountCurrency: body.funding_amount_currency,
    targetDate: body.target_date,
    withFillupGoal: body.with_fillup_goal,
    paused: body.paused,
    fundingSchedule: body.funding_schedule,
    recurrenceSchedule: body.recurrance_schedule,
    details: readDetails(body),
    maximumBudgets,
  };
}

function readDetails({ memo, auto_spend, color }: z.output<typeof patchedBudgetRequest>): SentDetails {
  return { memo, auto_spend, color };
}
