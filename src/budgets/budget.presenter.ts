import { nextFunding } from './next-funding.ts';
import { formatMoney } from '../money.ts';
import { fundingContextOf, type BudgetRow } from './budget.queries.ts';
import type { BudgetResponse } from './budget.schemas.ts';
import { fundingBudgetOf } from './funding-budget.ts';

/**
 * A budget as the API shows it, with its next funding.
 * @param now says which day it is
 */
export function presentBudget(row: BudgetRow, now: Date): BudgetResponse {
  return {
    id: row.id,
    name: row.name,
    bank_account: row.bank_account_id,
    balance: formatMoney(row.balance, row.currency),
    balance_currency: row.currency,
    target_balance: formatMoney(row.target_balance, row.currency),
    target_balance_currency: row.currency,
    funding_amount: row.funding_amount === null ? null : formatMoney(row.funding_amount, row.currency),
    funding_amount_currency: row.currency,
    budget_type: row.budget_type,
    funding_type: row.funding_type,
    target_date: row.target_date,
    with_fillup_goal: row.with_fillup_goal,
    fillup_goal: row.fillup_goal_id,
    archived: row.archived,
    archived_at: row.archived_at,
    complete: row.complete,
    paused: row.paused,
    funding_schedule: row.funding_schedule,
    recurrance_schedule: row.recurrance_schedule,
    memo: row.memo,
    auto_spend: row.auto_spend,
    color: row.color,
    next_funding: presentNextFunding(row, now),
    created_at: row.created_at,
    modified_at: row.modified_at,
  };
}

function presentNextFunding(row: BudgetRow, now: Date): BudgetResponse['next_funding'] {
  const next = nextFunding(fundingBudgetOf(row), row.parent && fundingBudgetOf(row.parent), fundingContextOf(row, now));
  if (!next) return null;
  return { date: next.date, amount: formatMoney(next.amount, row.currency), amount_currency: row.currency, deferred: next.deferred };
}
