import { z } from 'zod';

import { amount, instantText, sentCurrency, uuid, wire } from '../api/input/fields.ts';
import { filterInstantText, filterUuid, orderingParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';

export const internalTransactionRequest = z
  .object({
    bank_account: uuid,
    amount,
    amount_currency: sentCurrency.optional(),
    src_budget: uuid,
    dst_budget: uuid,
    effective_date: instantText.optional(),
  })
  .meta({
    id: 'InternalTransactionRequest',
    examples: [
      {
        bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
        amount: '250.00',
        src_budget: '0199f3a0-5c1e-7000-8000-000000000002',
        dst_budget: '0199f3a0-5c1e-7000-8000-000000000003',
      },
    ],
  });

export const internalTransaction = z
  .object({
    id: wire.uuid,
    bank_account: wire.uuid,
    amount: wire.money,
    amount_currency: wire.currency,
    src_budget: wire.uuid,
    dst_budget: wire.uuid,
    actor: z.int(),
    effective_date: wire.instant,
    src_budget_balance: wire.money,
    src_budget_balance_currency: wire.currency,
    dst_budget_balance: wire.money,
    dst_budget_balance_currency: wire.currency,
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({
    id: 'InternalTransaction',
    description: "A move of money between two budgets of one bank account. The two balances are the budgets' up to and including it.",
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000006',
        bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
        amount: '250.00',
        amount_currency: 'USD',
        src_budget: '0199f3a0-5c1e-7000-8000-000000000002',
        dst_budget: '0199f3a0-5c1e-7000-8000-000000000003',
        actor: 1,
        effective_date: '2026-11-20T08:00:00.000Z',
        src_budget_balance: '757.83',
        src_budget_balance_currency: 'USD',
        dst_budget_balance: '450.00',
        dst_budget_balance_currency: 'USD',
        created_at: '2026-11-20T08:00:00.000Z',
        modified_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export type InternalTransactionResponse = z.output<typeof internalTransaction>;

export const internalTransactionList = listOf(internalTransaction).meta({ id: 'PaginatedInternalTransactionList' });

export const internalTransactionFilters = z.object({
  ...pageParameters,
  bank_account: filterUuid.describe('Only those of this bank account.'),
  budget: filterUuid.meta({ description: 'A budget on either side.' }),
  src_budget: filterUuid.describe('Only those out of this budget.'),
  dst_budget: filterUuid.describe('Only those into this budget.'),
  date_from: filterInstantText.describe('Only those created at this time or later. A date alone is the start of that day in your timezone.'),
  date_to: filterInstantText.describe('Only those created at this time or earlier. A date alone means to the end of that day in your timezone.'),
  ordering: orderingParameter,
});
