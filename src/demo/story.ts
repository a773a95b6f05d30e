import { startOfDay } from '../dates.ts';
import type { CalendarDate } from '../dates.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { ApiBankAccount, ApiBudget } from '../client/api-types.ts';
import { createAccount } from '../importer/import-account.ts';
import { importStatements } from '../importer/import-files.ts';
import type { AccountImport } from '../importer/import-files.ts';
import { coveredThrough } from '../importer/merge-statements.ts';
import type { Statement } from '../statement-files/statement.ts';
import { countTransfers, createBudget, listBudgets, searchTransactions, splitTransaction } from './demo-api.ts';
import { EXAMPLE_BUDGETS, EXAMPLE_SPLIT } from './example-budgets.ts';

/** Between two looks at whether the background job has funded an account. */
const POLL_MILLISECONDS = 100;
const FUNDING_PATIENCE_MILLISECONDS = 60_000;

/** Noon of a day in a timezone, clear of what clocks do at night. */
export function noonOf(day: CalendarDate, timezone: string): Date {
  return new Date(startOfDay(day, timezone).getTime() + 12 * 3_600_000);
}

/** Makes the accounts of the statements, as the importer makes them, before there is any transaction. */
export async function makeAccounts(client: ApiClient, statements: readonly Statement[], bank: string): Promise<ApiBankAccount[]> {
  const accounts: ApiBankAccount[] = [];
  for (const statement of statements) accounts.push(await createAccount(client, statement, { bank }));
  return accounts;
}

/** Makes the example budgets. @returns their names */
export async function makeBudgets(client: ApiClient, bankAccount: string): Promise<string[]> {
  const names: string[] = [];
  for (const budget of EXAMPLE_BUDGETS) names.push((await createBudget(client, bankAccount, budget)).name);
  return names;
}

/**
 * Posts the statements' transactions, without reporting the import yet.
 * @throws Error when a balance is not what the bank says.
 */
export async function postStatements(client: ApiClient, statements: readonly Statement[]): Promise<AccountImport[]> {
  const imports = await importStatements(client, statements, { markImported: false });
  for (const { accountName, ledgerBalance, postedBalance } of imports) {
    if (ledgerBalance !== postedBalance) throw new Error(`${accountName} is at ${postedBalance}, but the bank says ${String(ledgerBalance)}.`);
  }
  return imports;
}

/** What a purchase was divided into. */
export interface SplitPurchase {
  description: string;
  amount: string;
  /** Amount by budget name, as sent; what is missing to the purchase stays unallocated. */
  amountByBudget: Readonly<Record<string, string>>;
}

/**
 * Splits the example purchase over two budgets.
 * @throws Error when it is not there once, or the answer has other parts than were asked for.
 */
export async function splitPurchase(client: ApiClient, bankAccount: string): Promise<SplitPurchase> {
  const { search, amountByBudget } = EXAMPLE_SPLIT;
  const [purchase, ...others] = await searchTransactions(client, bankAccount, search);
  if (purchase === undefined || others.length > 0) throw new Error(`There is not exactly one transaction "${search}".`);
  const budgets = await listBudgets(client, bankAccount);
  const splits = Object.fromEntries(Object.entries(amountByBudget).map(([name, amount]) => [idOf(budgets, name), amount]));
  const allocations = await splitTransaction(client, purchase.id, splits);
  // The two named parts, and the rest.
  if (allocations.length !== Object.keys(splits).length + 1) throw new Error(`The split has ${allocations.length} parts.`);
  return { description: purchase.raw_description, amount: purchase.amount, amountByBudget };
}

function idOf(budgets: readonly ApiBudget[], name: string): string {
  const id = budgets.find((budget) => budget.name === name)?.id;
  if (id === undefined) throw new Error(`There is no budget "${name}".`);
  return id;
}

/** Reports that the statements are in, which makes the server fund the budgets in the background. */
export async function reportImports(client: ApiClient, imports: readonly AccountImport[]): Promise<void> {
  for (const { accountId, lastPostedThrough } of imports) {
    if (accountId !== null && lastPostedThrough !== null) await client.markImported(accountId, lastPostedThrough);
  }
}

/**
 * Waits until the funding engine has run: there are transfers, and no budget's next funding lies in the reported past.
 * @returns how many transfers it made.
 * @throws Error when it takes over a minute.
 */
export async function waitForFunding(client: ApiClient, bankAccount: string, through: CalendarDate): Promise<number> {
  const deadline = performance.now() + FUNDING_PATIENCE_MILLISECONDS;
  for (;;) {
    const budgets = await listBudgets(client, bankAccount);
    const isDone = budgets.every(({ next_funding }) => next_funding === null || next_funding.date > through);
    const transfers = isDone ? await countTransfers(client, bankAccount) : 0;
    if (transfers > 0) return transfers;
    if (performance.now() > deadline) throw new Error('The funding engine has not run within a minute.');
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

/** The day through which a statement is complete. @throws Error when it does not say. */
export function endOf(statement: Statement): CalendarDate {
  const end = coveredThrough(statement);
  if (end === undefined) throw new Error(`The statement of ${statement.accountNumber} has no end.`);
  return end;
}
