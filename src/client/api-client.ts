import { isTransient } from './api-connection.ts';
import type { ApiConnection } from './api-connection.ts';
import type { ApiBank, ApiBankAccount, ApiTransaction, ApiUser, NewBankAccount, NewTransaction } from './api-types.ts';
import { allRows, bodyOf, typedClient } from './typed-client.ts';
import type { TypedClient } from './typed-client.ts';

/** Rows of one page of a list: the most that the server sends. */
export const PAGE_SIZE = 500;
const MAXIMUM_POST_ATTEMPTS = 4;

/** The API operations that an importer needs, over one connection. */
export class ApiClient {
  /** Everything that the API can do, for what has no method here. */
  readonly api: TypedClient;
  readonly #connection: ApiConnection;

  constructor(connection: ApiConnection) {
    this.#connection = connection;
    this.api = typedClient(connection.url, (request) => connection.fetch(request));
  }

  /** The user who is logged in. */
  async me(): Promise<ApiUser> {
    return bodyOf(this.api.GET('/api/v1/users/me/'));
  }

  async banks(): Promise<ApiBank[]> {
    return allRows((page) => this.api.GET('/api/v1/banks/', { params: { query: { page, page_size: PAGE_SIZE } } }));
  }

  /** All bank accounts that the user owns. */
  async bankAccounts(): Promise<ApiBankAccount[]> {
    return allRows((page) => this.api.GET('/api/v1/bank-accounts/', { params: { query: { page, page_size: PAGE_SIZE } } }));
  }

  async bankAccount(id: string): Promise<ApiBankAccount> {
    return bodyOf(this.api.GET('/api/v1/bank-accounts/{id}/', { params: { path: { id } } }));
  }

  async createBankAccount(account: NewBankAccount): Promise<ApiBankAccount> {
    return bodyOf(this.api.POST('/api/v1/bank-accounts/', { body: account }));
  }

  /**
   * The transactions of an account that were posted on the given days, both included, oldest creation first.
   * @param from a day in the user's timezone; absent: from the first.
   * @param to likewise; absent: to the last.
   */
  async transactions(bankAccountId: string, range: { from?: string; to?: string }): Promise<ApiTransaction[]> {
    const filters = {
      bank_account: bankAccountId,
      ordering: 'created_at',
      ...(range.from === undefined ? {} : { posted_date_from: range.from }),
      ...(range.to === undefined ? {} : { posted_date_to: range.to }),
    };
    return allRows((page) => this.api.GET('/api/v1/transactions/', { params: { query: { ...filters, page, page_size: PAGE_SIZE } } }));
  }

  /**
   * Creates a transaction exactly once, even where the answer to the request got lost.
   * @param isThere asked after a lost answer: looks whether the server has it after all. Only a "no" leads
   * to another attempt.
   */
  async createTransaction(transaction: NewTransaction, isThere: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await bodyOf(this.api.POST('/api/v1/transactions/', { body: transaction }));
        return;
      } catch (error) {
        if (!isTransient(error) || attempt + 1 === MAXIMUM_POST_ATTEMPTS) throw error;
        await this.#connection.pause(attempt);
        if (await isThere()) return;
      }
    }
  }

  /**
   * Reports that all transactions through a day are in. Doing it twice is harmless, so it is retried.
   * @returns the account with its new `last_posted_through`, which only moves forward.
   */
  async markImported(bankAccountId: string, lastPostedThrough: string): Promise<ApiBankAccount> {
    const request = { params: { path: { id: bankAccountId } }, body: { last_posted_through: lastPostedThrough } };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await bodyOf(this.api.POST('/api/v1/bank-accounts/{id}/mark-imported/', request));
      } catch (error) {
        if (!isTransient(error) || attempt + 1 === MAXIMUM_POST_ATTEMPTS) throw error;
        await this.#connection.pause(attempt);
      }
    }
  }
}
