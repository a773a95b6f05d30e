import { z } from 'zod';
import type { ApiClient } from '../client/api-client.ts';
import { transactionSchema } from '../client/api-types.ts';
import type { ApiTransaction } from '../client/api-types.ts';
import type { ExampleBudget } from './example-budgets.ts';

const budgetSchema = z.object({
  id: z.string(),
  name: z.string(),
  balance: z.string(),
  target_balance: z.string(),
  budget_type: z.enum(['G', 'R', 'A', 'C']),
  next_funding: z.object({ date: z.string(), amount: z.string(), deferred: z.boolean() }).nullable(),
});
export type DemoBudget = z.infer<typeof budgetSchema>;

const allocationSchema = z.object({ budget: z.string(), amount: z.string() });

/** Makes a budget. */
export async function createBudget(client: ApiClient, bankAccount: string, budget: ExampleBudget): Promise<DemoBudget> {
  return client.connection.post('/api/v1/budgets/', { bank_account: bankAccount, ...budget }, budgetSchema);
}

/** All budgets of an account, by name. */
export async function listBudgets(client: ApiClient, bankAccount: string): Promise<DemoBudget[]> {
  return client.list('/api/v1/budgets/', budgetSchema, { bank_account: bankAccount });
}

/** The transactions of an account that match a search. */
export async function searchTransactions(client: ApiClient, bankAccount: string, search: string): Promise<ApiTransaction[]> {
  return client.list('/api/v1/transactions/', transactionSchema, { bank_account: bankAccount, search });
}

/** Splits a transaction over budgets: positive amounts by the budget's id. */
export async function splitTransaction(client: ApiClient, transaction: string, splits: Record<string, string>): Promise<z.infer<typeof allocationSchema>[]> {
  return client.connection.post(`/api/v1/transactions/${transaction}/splits/`, { splits }, z.array(allocationSchema));
}

/** How many transfers between budgets an account has seen. */
export async function countTransfers(client: ApiClient, bankAccount: string): Promise<number> {
  const { count } = await client.connection.get(`/api/v1/internal-transactions/?bank_account=${bankAccount}&page_size=1`, z.object({ count: z.number() }));
  return count;
}
