/** Reads that may take long: they end, they come a few at a time, and pages that do not exist cost no read. */
import pg from 'pg';
import type { Response } from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { waitUntil, waitUntilBlocked } from '../support/waiting.ts';

/** Longer than any test. */
const FOR_EVER_MILLISECONDS = 300_000;
const CONNECTIONS = 8;

let databaseUrl: string;
const connectThrough = (url: string): Promise<string> => {
  databaseUrl = url;
  return Promise.resolve(url);
};

let holder: pg.Client;
async function lockTable(table: string): Promise<void> {
  await holder.query('BEGIN');
  await holder.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
}
beforeEach(async () => {
  holder = new pg.Client({ connectionString: databaseUrl });
  await holder.connect();
});
afterEach(() => holder.end());

describe('of a user', () => {
  const limits = { lockTimeoutMilliseconds: FOR_EVER_MILLISECONDS, readTimeoutMilliseconds: FOR_EVER_MILLISECONDS };
  const server = useServer({}, { ...limits, connectThrough, maximumConnections: CONNECTIONS });
  let user: TestUser;
  let account: TestBankAccount;
  let innocent: TestUser;
  beforeAll(async () => {
    user = await createUser(server);
    account = await createBankAccount(server, user);
    await createTransaction(user, account);
    innocent = await createUser(server);
  });

  /** Sends requests and waits until the server has them all. */
  async function getAll(count: number, path: string): Promise<Promise<Response>[]> {
    let received = 0;
    const onRequest = (): void => { received += 1; };
    server.app.server.on('request', onRequest);
    const responses = Array.from({ length: count }, async () => user.http.get(path));
    await waitUntil(`${count} requests have arrived`, () => Promise.resolve(received >= count));
    server.app.server.off('request', onRequest);
    return responses;
  }

  test.each<[string, string, () => string]>([
    ['searches of transactions', 'transactions', () => 'transactions/?search=shop'],
    ['transactions of two facets', 'transactions', () => 'transactions/?transaction_type=fee&date_from=2020-01-01'],
    ['transactions of one facet in an order of their own', 'transactions', () => 'transactions/?transaction_type=fee&ordering=amount'],
    ['searches of budgets', 'budgets', () => 'budgets/?search=unallocated'],
    ['transfers of some days', 'internal_transactions', () => 'internal-transactions/?date_from=2020-01-01'],
    ['allocations of one category in a budget', 'budget_entries', () => `allocations/?category=Uncategorized:Unassigned&budget=${account.unallocated_budget}`],
    ['forecasts', 'budgets', () => `bank-accounts/${account.id}/funding-forecast/`],
  ])('two %s run, the others wait without a connection, and other users are served', async (_name, table, path) => {
    await lockTable(table);
    const responses = await getAll(CONNECTIONS, `/api/v1/${path()}`);
    await waitUntilBlocked(databaseUrl, 2);
    await innocent.http.get('/api/v1/users/me/').expect(200);
    await innocent.http.get('/api/v1/banks/').expect(200);
    // A connection is given back a moment after its answer has left.
    await waitUntil('two connections are in use', () => Promise.resolve(server.db.pool.totalCount - server.db.pool.idleCount === 2));
    await holder.query('ROLLBACK');
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual(Array(CONNECTIONS).fill(200));
  });

  test('twenty wait, and the next is refused', async () => {
    await lockTable('transactions');
    const responses = await getAll(22, '/api/v1/transactions/?search=shop');
    await waitUntilBlocked(databaseUrl, 2);
    const refused = await user.http.get('/api/v1/transactions/?search=shop');
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    await holder.query('ROLLBACK');
    expect((await Promise.all(responses)).map(({ status }) => status)).toEqual(Array(22).fill(200));
  });

  test.each(['2', '999999999'])('page %s of a shorter list is 404 without a look at its rows', async (page) => {
    await lockTable('transactions');
    const response = await user.http.get(`/api/v1/transactions/?page=${page}`);
    await holder.query('ROLLBACK');
    expect([response.status, response.body]).toEqual([404, { detail: 'Invalid page.' }]);
  });
});

describe('with a short patience for reads', () => {
  const server = useServer({}, { connectThrough, lockTimeoutMilliseconds: FOR_EVER_MILLISECONDS, readTimeoutMilliseconds: 100 });

  test('a list whose statement takes too long is 503; a change has more time for its statements', async () => {
    const user = await createUser(server);
    const account = await createBankAccount(server, user);
    await createTransaction(user, account);
    const [read] = (await server.db.pool.query<{ statement_timeout: string }>('SHOW statement_timeout')).rows;
    expect(read?.statement_timeout).toBe('100ms');
    await lockTable('transactions');
    for (const path of ['transactions/', 'transactions/?search=shop']) {
      const response = await user.http.get(`/api/v1/${path}`);
      expect([response.status, response.headers['retry-after']]).toEqual([503, '5']);
    }
    await holder.query('ROLLBACK');
    await user.http.get('/api/v1/transactions/').expect(200);
  });
});
