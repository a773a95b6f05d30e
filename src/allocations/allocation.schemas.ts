import { z } from 'zod';

import { text, wire } from '../api/input/fields.ts';
import { filterUuid, orderingParameter } from '../api/input/list-parameters.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';
import { measuredText } from '../measured-text.ts';
import { CATEGORIES } from './categories.ts';

export const category = z.enum(CATEGORIES).meta({ id: 'CategoryEnum', description: 'What money was spent on.' });

export const patchedAllocationRequest = z
  .object({ category: category.optional(), memo: text(512).nullable().optional() })
  .meta({ id: 'PatchedTransactionAllocationRequest', examples: [{ category: 'Food & Drink:Groceries', memo: 'For the birthday' }] });

export const allocation = z
  .object({
    id: wire.uuid,
    transaction: wire.uuid,
    // Always there; the contract promises less, and clients' types with it.
    budget: wire.uuid.nullable().optional(),
    amount: wire.money,
    amount_currency: wire.currency,
    budget_balance: wire.money,
    budget_balance_currency: wire.currency,
    category,
    memo: z.string().nullable(),
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({
    id: 'TransactionAllocation',
    description: "A transaction's share of one budget. `budget_balance` is the budget's balance up to and including it.",
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000005',
        transaction: '0199f3a0-5c1e-7000-8000-000000000004',
        budget: '0199f3a0-5c1e-7000-8000-000000000003',
        amount: '-30.00',
        amount_currency: 'USD',
        budget_balance: '420.00',
        budget_balance_currency: 'USD',
        category: 'Food & Drink:Groceries',
        memo: 'For the birthday',
        created_at: '2026-11-20T08:00:00.000Z',
        modified_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export type AllocationResponse = z.output<typeof allocation>;

export const allocationList = listOf(allocation).meta({ id: 'PaginatedTransactionAllocationList' });

/** Longer than any category, and as unknown as what a longer text is read as. */
const MAXIMUM_CATEGORY_LENGTH = 200;
const UNKNOWN_CATEGORY = '?';

export const allocationFilters = z.object({
  ...pageParameters,
  bank_account: filterUuid.describe('Only those in this bank account.'),
  transaction: filterUuid.describe('Only those of this transaction.'),
  budget: filterUuid.describe('Only those to this budget.'),
  category: measuredText(MAXIMUM_CATEGORY_LENGTH).catch(UNKNOWN_CATEGORY).optional().meta({ override: { type: 'string' }, description: 'A category; an unknown one gives an empty list.' }),
  ordering: orderingParameter,
});
