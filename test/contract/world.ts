import { randomUUID } from 'node:crypto';

import type { TestServer } from '../support/app.ts';
import {
  createBankAccount,
  createBudget,
  createTransaction,
  createTransfer,
  createUser,
  type TestBankAccount,
  type TestBudget,
  type TestTransaction,
  type TestTransfer,
  type TestUser,
} from '../support/factories.ts';

/** One object of each kind, of a bank account with two owners. */
export interface World {
  owner: TestUser;
  coOwner: TestUser;
  account: TestBankAccount;
  budget: TestBudget;
  transaction: TestTransaction;
  allocation: { id: string };
  transfer: TestTransfer;
}

/** Makes a world of its own, with new users. */
export async function createWorld(server: TestServer): Promise<World> {
  const [owner, coOwner] = [await createUser(server), await createUser(server)];
  const account = await createBankAccount(server, owner, { posted_balance: '1000.00' });
  await server.db.prisma.bankAccountOwner.create({ data: { bankAccountId: account.id, userId: coOwner.id } });
  const budget = await createBudget(owner, account, { funding_schedule: 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1' });
  const transaction = await createTransaction(owner, account);
  const transfer = await createTransfer(owner, account, account.unallocated_budget, budget.id);
  const allocations = await owner.http.get(`/api/v1/allocations/?transaction=${transaction.id}`);
  const { results } = allocations.body as { results: { id: string }[] };
  const [allocation] = results;
  if (!allocation) throw new Error('a transaction has an allocation');
  return { owner, coOwner, account, budget, transaction, allocation, transfer };
}

/** What fills one operation's path and body with valid values. */
export interface ValidRequest {
  /** The path's parameter: an id or a username. */
  id?: string;
  body?: Record<string, unknown>;
}

const inAccount = ({ account }: World): ValidRequest => ({ id: account.id });
const inBudget = ({ budget }: World): ValidRequest => ({ id: budget.id });
const nothing = (): ValidRequest => ({});

const newTransaction = ({ account }: World): Record<string, unknown> => ({
  bank_account: account.id,
  amount: '-12.34',
  posted_date: '2026-11-19T12:00:00Z',
  transaction_type: 'fee',
  raw_description: 'MONTHLY FEE',
});

/**
 * A valid request for each operation: what an owner of the world's account can send. Operations that only staff may call
 * are about the world's owner.
 */
export const VALID_REQUESTS: Readonly<Record<string, (world: World) => ValidRequest>> = {
  api_token_create: ({ owner }) => ({ body: { username: owner.username, password: owner.password } }),
  api_token_refresh_create: () => ({ body: {} }),
  api_token_logout_create: nothing,
  users_list: nothing,
  users_retrieve: ({ owner }) => ({ id: owner.username }),
  users_update: ({ owner, account }) => ({ id: owner.username, body: { name: 'Alice', default_bank_account: account.id } }),
  users_partial_update: ({ owner, account }) => ({ id: owner.username, body: { default_bank_account: account.id } }),
  users_me_retrieve: nothing,
  users_me_partial_update: () => ({ body: { timezone: 'Europe/Berlin' } }),
  banks_list: nothing,
  banks_retrieve: ({ account }) => ({ id: account.bank }),
  currencies_retrieve: nothing,
  bank_accounts_list: nothing,
  bank_accounts_create: ({ account }) => ({ body: { name: 'Second account', bank: account.bank } }),
  bank_accounts_retrieve: inAccount,
  bank_accounts_update: ({ account }) => ({ id: account.id, body: { name: 'Renamed', bank: account.bank } }),
  bank_accounts_partial_update: ({ account }) => ({ id: account.id, body: { name: 'Renamed' } }),
  bank_accounts_destroy: inAccount,
  bank_accounts_mark_imported_create: ({ account }) => ({ id: account.id, body: { last_posted_through: '2026-11-19' } }),
  bank_accounts_funding_summary_retrieve: inAccount,
  bank_accounts_funding_forecast_retrieve: inAccount,
  bank_accounts_run_funding_create: ({ account }) => ({ id: account.id, body: { as_of: '2026-12-01' } }),
  budgets_list: nothing,
  budgets_create: ({ account }) => ({ body: { name: 'Holiday', bank_account: account.id, target_balance: '500' } }),
  budgets_retrieve: inBudget,
  budgets_update: ({ account, budget }) => ({ id: budget.id, body: { name: 'Renamed', bank_account: account.id, target_balance: '250.00' } }),
  budgets_partial_update: ({ budget }) => ({ id: budget.id, body: { paused: true } }),
  budgets_destroy: inBudget,
  budgets_archive_create: inBudget,
  transactions_list: nothing,
  transactions_create: (world) => ({ body: newTransaction(world) }),
  transactions_retrieve: ({ transaction }) => ({ id: transaction.id }),
  transactions_update: ({ transaction }) => ({
    id: transaction.id,
    body: { ...transaction, memo: 'Looked at' },
  }),
  transactions_partial_update: ({ transaction }) => ({ id: transaction.id, body: { memo: 'Looked at' } }),
  transactions_destroy: ({ transaction }) => ({ id: transaction.id }),
  transactions_splits_create: ({ transaction, budget }) => ({ id: transaction.id, body: { splits: { [budget.id]: '4.00' } } }),
  allocations_list: nothing,
  allocations_retrieve: ({ allocation }) => ({ id: allocation.id }),
  allocations_partial_update: ({ allocation }) => ({ id: allocation.id, body: { category: 'Food & Drink:Groceries' } }),
  internal_transactions_list: nothing,
  internal_transactions_create: ({ account, budget }) => ({
    body: { bank_account: account.id, amount: '5.00', src_budget: account.unallocated_budget, dst_budget: budget.id },
  }),
  internal_transactions_retrieve: ({ transfer }) => ({ id: transfer.id }),
  funding_events_list: nothing,
};

/** A valid request for the operation. @throws Error for an operation that the table does not know */
export function validRequest(operationId: string, world: World): ValidRequest {
  const request = VALID_REQUESTS[operationId];
  if (!request) throw new Error(`add ${operationId} to the valid requests`);
  return request(world);
}

/** An operation's path with its parameter filled in. */
export function fillPath(path: string, id: string = randomUUID()): string {
  return path.replace(/\{\w+\}/, encodeURIComponent(id));
}
