import { z } from 'zod';

import { allocation, allocationList } from '../allocations/allocation.schemas.ts';
import { amount } from '../api/input/fields.ts';
import type { Decimal } from '../money.ts';
import { InvalidInput, issueOf } from '../errors.ts';
import { transactionFilters } from './transaction.schemas.ts';

/** More budgets than an account has; bounds the work of one request. */
export const MAXIMUM_SPLITS = 500;

/**
 * Checks the keys of an object of splits, once they are counted and before any amount is read. Zod's own record passes over
 * the key `__proto__`, which JSON may hold like any other.
 */
function readKeys(sent: unknown, context: z.RefinementCtx): unknown {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return sent;
  const keys = Object.keys(sent);
  const wrong = keys.length > MAXIMUM_SPLITS ? undefined : keys.find((key) => !z.guid().safeParse(key).success);
  if (keys.length > MAXIMUM_SPLITS) context.addIssue(`Ensure this field has no more than ${MAXIMUM_SPLITS} budgets.`);
  if (wrong !== undefined) context.addIssue(`"${wrong.slice(0, 100)}" is not a valid UUID.`);
  return sent;
}

export const transactionSplitsRequest = z
  .object({ splits: z.preprocess(readKeys, z.record(z.string(), amount)) })
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
export const splitResponse = z.union([z.array(allocation), allocationList]);

/**
 * Reads the splits of a request.
 * @returns budget id, in lower case → amount
 * @throws InvalidInput on `splits` for an id that comes twice, in upper and lower case
 */
export function readSplits(sent: Readonly<Record<string, Decimal>>): Map<string, Decimal> {
  const splits = new Map<string, Decimal>();
  for (const [key, value] of Object.entries(sent)) {
    const budgetId = key.toLowerCase();
    if (splits.has(budgetId)) throw new InvalidInput([issueOf('splits', 'split_named_twice', { id: budgetId })]);
    splits.set(budgetId, value);
  }
  return splits;
}
