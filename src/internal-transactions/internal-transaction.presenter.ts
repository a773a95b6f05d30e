import { formatMoney } from '../money.ts';
import type { InternalTransactionRow } from './internal-transaction.queries.ts';
import type { InternalTransactionResponse } from './internal-transaction.schemas.ts';

/** An internal transaction as the API shows it. */
export function presentInternalTransaction(row: InternalTransactionRow): InternalTransactionResponse {
  return {
    id: row.id,
    bank_account: row.bank_account_id,
    amount: formatMoney(row.amount, row.currency),
    amount_currency: row.currency,
    src_budget: row.src_budget_id,
    dst_budget: row.dst_budget_id,
    actor: row.actor_id,
    effective_date: row.effective_date,
    src_budget_balance: formatMoney(row.src_balance, row.currency),
    src_budget_balance_currency: row.currency,
    dst_budget_balance: formatMoney(row.dst_balance, row.currency),
    dst_budget_balance_currency: row.currency,
    created_at: row.created_at,
    modified_at: row.modified_at,
  };
}
