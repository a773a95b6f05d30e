import { check } from '../ledger/balance-checks.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';

/** An internal transaction has one side in each of its two budgets, of opposite amounts, where it stands in time. */
const transferSides = check(
  { budget: 's.budget_id', internalTransaction: 'i.id', entry: 'e.id' },
  `FROM internal_transactions i
  CROSS JOIN LATERAL (VALUES (i.src_budget_id, -i.amount), (i.dst_budget_id, i.amount)) s (budget_id, amount)
  LEFT JOIN budgets b ON b.id = s.budget_id
  LEFT JOIN budget_entries e ON e.internal_transaction_id = i.id AND e.budget_id = s.budget_id
  CROSS JOIN LATERAL (VALUES
    ('transfer_amount', s.amount::text, e.amount::text),
    ('transfer_instant', i.effective_date::text, e.instant::text),
    ('transfer_position', i.sequence::text, e.position::text),
    ('transfer_bank_account', i.bank_account_id::text, e.bank_account_id::text),
    ('transfer_budget_bank_account', i.bank_account_id::text, b.bank_account_id::text)
  ) v (field, expected, stored)
  WHERE i.bank_account_id = $1 AND (e.id IS NOT NULL OR v.field = 'transfer_amount')`,
);

/** No entry of an internal transaction stands in a budget that is neither its source nor its destination. */
const strayTransferSides = check(
  { budget: 'e.budget_id', internalTransaction: 'e.internal_transaction_id', entry: 'e.id' },
  `FROM budget_entries e JOIN internal_transactions i ON i.id = e.internal_transaction_id
  CROSS JOIN LATERAL (VALUES ('transfer_side', true, e.budget_id IN (i.src_budget_id, i.dst_budget_id))) v (field, expected, stored)
  WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = ${ENTRY_KIND.transfer} AND e.budget_id NOT IN (i.src_budget_id, i.dst_budget_id)`,
);

/** What internal transactions share with their two sides; nothing else says which of the two is right. */
export const TRANSFER_CHECKS: DerivedValues = { checks: [transferSides, strayTransferSides] };
