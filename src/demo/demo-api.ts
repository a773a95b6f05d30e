import { PAGE_SIZE } from '../client/api-client.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { ApiAllocation, ApiBudget, ApiTransaction } from '../client/api-types.ts';
import { allRows, bodyOf } from '../client/typed-client.ts';
import type { ExampleBudget } from './example-budgets.ts';

/** Makes a budget. */
export async function createBudget(client: ApiClient, bankAccount: string, budget: ExampleBudget): Promise<ApiBudget> {
  return bodyOf(client.api.POST('/api/v1/budgets/', { body: { bank_account: bankAccount, ...budget } }));
}

/** All budgets of an account, by name. */
export async function listBudgets(client: ApiClient, bankAccount: string): Promise<ApiBudget[]> {
  return allRows((page) => client.api.GET('/api/v1/budgets/', { params: { query: { bank_account: bankAccount, page, page_size: PAGE_SIZE } } }));
}

/** The transactions of an account that match a search. */
export async function searchTransactions(client: ApiClient, bankAccount: string, search: string): Promise<ApiTransaction[]> {
  return allRows((page) => client.api.GET('/api/v1/transactions/', { params: { query: { bank_account: bankAccount, search, page, page_size: PAGE_SIZE } } }));
}

/**
 * Splits a transaction over budgets: positive amounts by the budget's id.
 * @throws Error when the answer is a page: that only comes to who asks for one.
 */
export async function splitTransaction(client: ApiClient, transaction: string, splits: Record<string, string>): Promise<ApiAllocation[]> {
  const allocations = await bodyOf(client.api.POST('/api/v1/transactions/{id}/splits/', { params: { path: { id: transaction } }, body: { splits } }));
  if (!Array.isArray(allocations)) throw new Error('The answer to a split is a page, which nobody asked for.');
  return allocations;
}

/** How many transfers between budgets an account has seen. */
export async function countTransfers(client: ApiClient, bankAccount: string): Promise<number> {
  const { count } = await bodyOf(client.api.GET('/api/v1/internal-transactions/', { params: { query: { bank_account: bankAccount, page_size: 1 } } }));
  return count;
}
