import { hash } from '@node-rs/argon2';
import supertest from 'supertest';
import type Test from 'supertest/lib/test.js';

import { signAccessToken } from '../../src/auth/access-token.ts';
import { createBank as storeBank, type BankDraft } from '../../src/banks/create-bank.ts';
import type { BankRow } from '../../src/banks/bank.queries.ts';
import { createUser as storeUser } from '../../src/users/create-user.ts';
import type { TestServer } from './app.ts';

/** The least that argon2id can cost: these passwords protect nothing. */
const CHEAP_HASH = { memoryCost: 8, timeCost: 1, parallelism: 1 };
const PASSWORD = 'correct horse battery';

/** HTTP in the name of one user, or of nobody. */
export class HttpClient {
  readonly #server: TestServer;
  readonly #token: string | undefined;

  constructor(server: TestServer, token?: string) {
    this.#server = server;
    this.#token = token;
  }

  get(path: string): Test {
    return this.#send(supertest(this.#server.app.server).get(path));
  }

  /** @param body sent as JSON; none sends no body at all */
  post(path: string, body?: object): Test {
    return this.#send(supertest(this.#server.app.server).post(path), body);
  }

  put(path: string, body?: object): Test {
    return this.#send(supertest(this.#server.app.server).put(path), body);
  }

  patch(path: string, body?: object): Test {
    return this.#send(supertest(this.#server.app.server).patch(path), body);
  }

  delete(path: string): Test {
    return this.#send(supertest(this.#server.app.server).delete(path));
  }

  options(path: string): Test {
    return this.#send(supertest(this.#server.app.server).options(path));
  }

  #send(request: Test, body?: object): Test {
    if (this.#token !== undefined) void request.set('authorization', `Bearer ${this.#token}`);
    return body === undefined ? request : request.send(body);
  }
}

export interface TestUser {
  id: number;
  username: string;
  password: string;
  /** A valid access token. */
  token: string;
  http: HttpClient;
}

let counter = 0;

/** A number that no other call in this process returns, for names that must differ. */
function next(): number {
  counter += 1;
  return counter;
}

/** Creates a user straight in the database, with a token as if logged in. */
export async function createUser(
  server: TestServer,
  options: { username?: string; password?: string; name?: string; timezone?: string; staff?: boolean; active?: boolean } = {},
): Promise<TestUser> {
  const { username = `user-${next()}`, password = PASSWORD, name, timezone, staff = false, active = true } = options;
  const { id } = await storeUser(server.db, { username, password, name, timezone, isStaff: staff }, (text) => hash(text, CHEAP_HASH));
  if (!active) await server.db.prisma.user.update({ where: { id }, data: { isActive: false } });
  const token = signAccessToken(server.app.jwt, id);
  return { id, username, password, token, http: new HttpClient(server, token) };
}

/** Creates a bank straight in the database. */
export function createBank(server: TestServer, draft: Partial<BankDraft> = {}): Promise<BankRow> {
  return storeBank(server.db, { name: `Bank ${next()}`, ...draft });
}

export interface TestBankAccount {
  id: string;
  name: string;
  bank: string;
  currency: string;
  posted_balance: string;
  available_balance: string;
  unallocated_budget: string;
}

/** Creates a bank account over HTTP, at a bank of its own unless the fields name one. */
export async function createBankAccount(server: TestServer, user: TestUser, fields: Record<string, unknown> = {}): Promise<TestBankAccount> {
  const bank = 'bank' in fields ? {} : { bank: (await createBank(server)).id };
  return created(user.http.post('/api/v1/bank-accounts/', { name: `Account ${next()}`, ...bank, ...fields }));
}

export interface TestBudget {
  id: string;
  name: string;
  bank_account: string;
  balance: string;
  target_balance: string;
  complete: boolean;
  archived: boolean;
  fillup_goal: string | null;
}

/** Creates a budget over HTTP, a goal of 100 unless the fields say otherwise. */
export function createBudget(user: TestUser, bankAccount: { id: string }, fields: Record<string, unknown> = {}): Promise<TestBudget> {
  return created(user.http.post('/api/v1/budgets/', { bank_account: bankAccount.id, name: `Budget ${next()}`, target_balance: '100.00', ...fields }));
}

export interface TestTransaction {
  id: string;
  bank_account: string;
  amount: string;
  posted_date: string;
  transaction_date: string;
  pending: boolean;
  description: string;
  bank_account_posted_balance: string;
  bank_account_available_balance: string;
}

/** Creates a transaction over HTTP, a purchase of 10 on 2026-11-19 unless the fields say otherwise. */
export function createTransaction(user: TestUser, bankAccount: { id: string }, fields: Record<string, unknown> = {}): Promise<TestTransaction> {
  return created(
    user.http.post('/api/v1/transactions/', {
      bank_account: bankAccount.id,
      amount: '-10.00',
      posted_date: '2026-11-19T12:00:00Z',
      transaction_type: 'signature_purchase',
      raw_description: `SHOP ${next()}`,
      ...fields,
    }),
  );
}

export interface TestTransfer {
  id: string;
  bank_account: string;
  amount: string;
  src_budget: string;
  dst_budget: string;
  actor: number;
  effective_date: string;
  src_budget_balance: string;
  dst_budget_balance: string;
}

/** Moves money between two budgets over HTTP, 10 unless the fields say otherwise. */
export function createTransfer(
  user: TestUser,
  bankAccount: { id: string },
  sourceBudgetId: string,
  destinationBudgetId: string,
  fields: Record<string, unknown> = {},
): Promise<TestTransfer> {
  return created(
    user.http.post('/api/v1/internal-transactions/', {
      bank_account: bankAccount.id,
      amount: '10.00',
      src_budget: sourceBudgetId,
      dst_budget: destinationBudgetId,
      ...fields,
    }),
  );
}

/** The body of a 201. @throws Error with the answer when it is any other */
async function created<Body>(request: Test): Promise<Body> {
  const response = await request;
  if (response.status !== 201) throw new Error(`${response.status}: ${response.text}`);
  return response.body as Body;
}
