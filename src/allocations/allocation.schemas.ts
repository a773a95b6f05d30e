import { z } from 'zod';

import { text, wire } from '../http/fields.ts';
import { filterUuid, orderingParameter } from '../http/list-query.ts';
import { listOf, pageParameters } from '../http/pagination.ts';
import { CATEGORIES } from './categories.ts';

export const category = z.enum(CATEGORIES).meta({ id: 'CategoryEnum', description: 'What money was spent on.' });

export const patchedAllocationRequest = z
  .object({ category: category.optional(), memo: text(512).nullable().optional() })
  .meta({ id: 'PatchedTransactionAllocationRequest', examples: [{ category: 'Food & Drink:Groceries', memo: 'For the birthday' }] });

export const allocation = z
  .object({
    id: wire.uuid,
    transaction: wire.uuid,
    budget: wire.uuid,
    amount: wire.money,
    amount_currency: wire.currency,
    budget_balance: wire.money,
    budget_balance_currency: wire.currency,
    category,
    memo: z.string().nullable(),
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({ id: 'TransactionAllocation', description: "A transaction's share of one budget. `budget_balance` is the budget's balance up to and including it." });

export type AllocationAnswer = z.output<typeof allocation>;

export const allocationList = listOf(allocation).meta({ id: 'PaginatedTransactionAllocationList' });

export const allocationFilters = z.object({
  ...pageParameters,
  bank_account: filterUuid,
  transaction: filterUuid,
  budget: filterUuid,
  category: z.string().optional().meta({ description: 'A category; an unknown one gives an empty list.' }),
  ordering: orderingParameter,
});
