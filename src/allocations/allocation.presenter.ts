import { formatMoney } from '../money.ts';
import type { AllocationRow } from './allocation.columns.ts';
import type { AllocationResponse } from './allocation.schemas.ts';

/** An allocation as the API shows it. */
export function presentAllocation(row: AllocationRow): AllocationResponse {
  return {
    id: row.id,
    transaction: row.transaction_id,
    budget: row.budget_id,
    amount: formatMoney(row.amount, row.currency),
    amount_currency: row.currency,
    budget_balance: formatMoney(row.balance, row.currency),
    budget_balance_currency: row.currency,
    category: row.category,
    memo: row.memo,
    created_at: row.created_at,
    modified_at: row.modified_at,
  };
}
