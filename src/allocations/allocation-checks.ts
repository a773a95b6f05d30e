import { check } from '../ledger/balance-checks.ts';
import { ENTRY_KIND } from '../ledger/chain.ts';
import type { DerivedValues } from '../ledger/derived-values.ts';

/** Each transaction is spread over at least one budget, and exactly. */
const allocations = check(
  { transaction: 't.id' },
  `FROM transactions t LEFT JOIN (
    SELECT e.transaction_id, sum(e.amount) AS amount
    FROM budget_entries e WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = ${ENTRY_KIND.allocation} GROUP BY e.transaction_id
  ) e ON e.transaction_id = t.id
  CROSS JOIN LATERAL (VALUES ('sum_of_allocations', t.amount, e.amount)) v (field, expected, stored)
  WHERE t.bank_account_id = $1 AND t.amount IS DISTINCT FROM e.amount`,
);

/** An allocation stands in its budget's chain where its transaction stands in time, and within one account. */
const allocationPlaces = check(
  { budget: 'e.budget_id', transaction: 'e.transaction_id', entry: 'e.id' },
  `FROM budget_entries e LEFT JOIN transactions t ON t.id = e.transaction_id AND t.bank_account_id = $1
  CROSS JOIN LATERAL (VALUES
    ('allocation_instant', t.transaction_date::text, e.instant::text),
    ('allocation_position', t.sequence::text, e.position::text),
    ('allocation_bank_account', $1::uuid::text, e.bank_account_id::text),
    ('transaction_bank_account', $1::uuid::text, t.bank_account_id::text)
  ) v (field, expected, stored)
  WHERE e.budget_id = ANY($3::uuid[]) AND e.kind = ${ENTRY_KIND.allocation}
    AND (e.instant, e.position, e.bank_account_id, t.bank_account_id) IS DISTINCT FROM (t.transaction_date, t.sequence, $1, $1)`,
);

/** What allocations share with their transactions; nothing else says which of the two is right. */
export const ALLOCATION_CHECKS: DerivedValues = { checks: [allocations, allocationPlaces] };
