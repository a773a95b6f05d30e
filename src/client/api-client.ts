import { z } from 'zod';
import { isTransient } from './api-connection.ts';
import type { ApiConnection } from './api-connection.ts';
import { bankAccountSchema, bankSchema, pageSchema, transactionSchema, userSchema } from './api-types.ts';
import type { ApiBank, ApiBankAccount, ApiTransaction, ApiUser, NewBankAccount, NewTransaction } from './api-types.ts';

const PAGE_SIZE = 500;
const MAXIMUM_POST_ATTEMPTS = 4;

/** The API operations that an importer needs, over one connection. */
export class ApiClient {
  readonly connection: ApiConnection;

  constructor(connection: ApiConnection) {
    this.connection = connection;
  }

  /** The user who is logged in. */
  async me(): Promise<ApiUser> {
    return this.connection.get('/api/v1/users/me/', userSchema);
  }

  async banks(): Promise<ApiBank[]> {
    return this.list('/api/v1/banks/', bankSchema);
  }

  /** All bank accounts that the user owns. */
  async bankAccounts(): Promise<ApiBankAccount[]> {
    return this.list('/api/v1/bank-accounts/', bankAccountSchema);
  }

  async bankAccount(id: string): Promise<ApiBankAccount> {
    return this.connection.get(`/api/v1/bank-accounts/${encodeURIComponent(id)}/`, bankAccountSchema);
  }

  async createBankAccount(account: NewBankAccount): Promise<ApiBankAccount> {
    return this.connection.post('/api/v1/bank-accounts/', account, bankAccountSchema);
  }

  /**
   * The transactions of an account that were posted on the given days, both included, oldest creation first.
   * @param from a day in the user's timezone; absent: from the first.
   * @param to likewise; absent: to the last.
   */
  async transactions(bankAccountId: string, range: { from?: string; to?: string }): Promise<ApiTransaction[]> {
    return this.list('/api/v1/transactions/', transactionSchema, {
      bank_account: bankAccountId,
      ordering: 'created_at',
      ...(range.from === undefined ? {} : { posted_date_from: range.from }),
      ...(range.to === undefined ? {} : { posted_date_to: range.to }),
    });
  }

  /**
   * Creates a transaction exactly once, even where the answer to the request got lost.
   * @param isThere asked after a lost answer: looks whether the server has it after all. Only a "no" leads
   * to another attempt.
   */
  async createTransaction(transaction: NewTransaction, isThere: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.connection.post('/api/v1/transactions/', transaction, transactionSchema);
        return;
      } catch (error) {
        if (!isTransient(error) || attempt + 1 === MAXIMUM_POST_ATTEMPTS) throw error;
        await this.connection.pause(attempt);
        if (await isThere()) return;
      }
    }
  }

  /**
   * Reports that all transactions through a day are in. Doing it twice is harmless, so it is retried.
   * @returns the account with its new `last_posted_through`, which only moves forward.
   */
  async markImported(bankAccountId: string, lastPostedThrough: string): Promise<ApiBankAccount> {
    const path = `/api/v1/bank-accounts/${encodeURIComponent(bankAccountId)}/mark-imported/`;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.connection.post(path, { last_posted_through: lastPostedThrough }, bankAccountSchema);
      } catch (error) {
        if (!isTransient(error) || attempt + 1 === MAXIMUM_POST_ATTEMPTS) throw error;
        await this.connection.pause(attempt);
      }
    }
  }

  /** All rows of a list, page after page. */
  async list<Schema extends z.ZodType>(path: string, schema: Schema, filters: Record<string, string> = {}): Promise<z.infer<Schema>[]> {
    const page = pageSchema(z.unknown());
    const results: z.infer<Schema>[] = [];
    let next: string | null = `${path}?${new URLSearchParams({ ...filters, page_size: String(PAGE_SIZE) }).toString()}`;
    while (next !== null) {
      const answer: z.infer<typeof page> = await this.connection.get(next, page);
      for (const row of answer.results) results.push(schema.parse(row));
      next = answer.next;
    }
    return results;
  }
}
