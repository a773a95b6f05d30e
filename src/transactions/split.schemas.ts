import { z } from 'zod';

import { allocation, allocationList } from '../allocations/allocation.schemas.ts';
import { amount } from '../api/input/fields.ts';
import type { Decimal } from '../money.ts';
import { FieldError } from '../errors.ts';
import { transactionFilters } from './transaction.schemas.ts';

/** More budgets than an account has; bounds the work of one request. */
const MAXIMUM_SPLITS = 500;

export const transactionSplitsRequest = z
  .object({ splits: z.record(z.string(), amount) })
  .meta({ id: 'TransactionSplitsRequest', examples: [{ splits: { '0199f3a0-5c1e-7000-8000-000000000002': '30.00' } }] });

const noEffect = 'No effect here.';

/** The contract lists the parameters of the list here too; only `page` and `page_size` count. */
export const splitParameters = transactionFilters.extend({
  bank_account: transactionFilters.shape.bank_account.describe(noEffect),
  pending: transactionFilters.shape.pending.describe(noEffect),
  transaction_type: transactionFilters.shape.transaction_type.describe(noEffect),
  date_from: transactionFilters.shape.date_from.describe(noEffect),
  date_to: transactionFilters.shape.date_to.describe(noEffect),
  posted_date_from: transactionFilters.shape.posted_date_from.describe(noEffect),
  posted_date_to: transactionFilters.shape.posted_date_to.describe(noEffect),
  search: transactionFilters.shape.search.describe(noEffect),
  ordering: transactionFilters.shape.ordering.describe(noEffect),
});

/** A plain array, or a page of it. */
export const splitAnswer = z.union([z.array(allocation), allocationList]);

/**
 * Reads the splits of a request.
 * @returns budget id, in lower case → amount
 * @throws FieldError on `splits` for a key that is no id or comes twice, and for too many of them
 */
export function readSplits(sent: Readonly<Record<string, Decimal>>): Map<string, Decimal> {
  const entries = Object.entries(sent);
  if (entries.length > MAXIMUM_SPLITS) throw FieldError.of('splits', `Ensure this field has no more than ${MAXIMUM_SPLITS} budgets.`);
  const splits = new Map<string, Decimal>();
  for (const [key, value] of entries) {
    const budgetId = key.toLowerCase();
    if (!z.guid().safeParse(budgetId).success) throw FieldError.of('splits', `"${key.slice(0, 100)}" is not a valid UUID.`);
    if (splits.has(budgetId)) throw FieldError.of('splits', `Budget ${budgetId} is named twice.`);
    splits.set(budgetId, value);
  }
  return splits;
}
