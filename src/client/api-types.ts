import { z } from 'zod';

/** The parts of the API's answers that a client here reads. Unknown fields are ignored. */

export const tokenSchema = z.object({ access: z.string().min(1) });

export const userSchema = z.object({ username: z.string(), timezone: z.string() });
export type ApiUser = z.infer<typeof userSchema>;

export const bankSchema = z.object({ id: z.string(), name: z.string(), default_currency: z.string() });
export type ApiBank = z.infer<typeof bankSchema>;

export const bankAccountSchema = z.object({
  id: z.string(),
  name: z.string(),
  bank: z.string(),
  account_type: z.string(),
  account_number: z.string().nullable(),
  currency: z.string(),
  posted_balance: z.string(),
  available_balance: z.string(),
  unallocated_budget: z.string().nullable(),
  last_posted_through: z.string().nullable(),
});
export type ApiBankAccount = z.infer<typeof bankAccountSchema>;

export const transactionSchema = z.object({
  id: z.string(),
  amount: z.string(),
  posted_date: z.string(),
  raw_description: z.string(),
  pending: z.boolean(),
});
export type ApiTransaction = z.infer<typeof transactionSchema>;

/** What is sent to create a transaction. */
export interface NewTransaction {
  bank_account: string;
  amount: string;
  /** A day, read in the user's timezone, or an instant. */
  posted_date: string;
  raw_description: string;
  transaction_type: string;
}

/** What is sent to create a bank account. Opening balances are those before its first transaction. */
export interface NewBankAccount {
  name: string;
  bank: string;
  account_type: string;
  account_number: string;
  currency: string;
  posted_balance: string;
}

/** One page of a list. */
export function pageSchema<Item extends z.ZodType>(item: Item): z.ZodObject<{ count: z.ZodNumber; next: z.ZodNullable<z.ZodString>; results: z.ZodArray<Item> }> {
  return z.object({ count: z.number(), next: z.string().nullable(), results: z.array(item) });
}
