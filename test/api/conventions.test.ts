/** What every operation has in common, held over HTTP: paths, empty bodies, methods, pages, orders, filters, search. */
import supertest from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import {
  createBank,
  createBankAccount,
  createBudget,
  createTransaction,
  createTransfer,
  createUser,
  type TestBankAccount,
  type TestBudget,
  type TestTransaction,
  type TestUser,
} from '../support/factories.ts';

const DESCRIPTIONS = ['100% Wool', '100 Wool', 'under_score', 'underXscore', 'back\\slash', 'Äpfel & Birnen', 'CORNER GROCERY', 'Corner bakery', 'plain'];

const server = useServer();
let user: TestUser;
let account: TestBankAccount;
let budget: TestBudget;
let transaction: TestTransaction;

beforeAll(async () => {
  user = await createUser(server, { staff: true });
  account = await createBankAccount(server, user, { posted_balance: '500.00' });
  await createBankAccount(server, user, { name: account.name });
  budget = await createBudget(user, account, { name: 'Same name' });
  for (let index = 0; index < 6; index += 1) {
    await createBudget(user, account, { name: index % 2 === 0 ? 'Same name' : 'Äpfel', target_balance: '100.00' });
    await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: '1.00' });
    await createBank(server);
    await createUser(server, { name: 'Namesake' });
  }
  // All at the same moment, of the same amount: only the order of creation tells them apart.
  for (const description of DESCRIPTIONS) transaction = await createTransaction(user, account, { raw_description: description });
});

interface Page {
  count: number;
  next: string | null;
  previous: string | null;
  results: ({ id: string | number } & Record<string, unknown>)[];
}

async function list(path: string, by: TestUser = user): Promise<Page> {
  const { status, body } = (await by.http.get(path)) as { status: number; body: Page };
  expect({ path, status }).toEqual({ path, status: 200 });
  return body;
}

const LISTS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/banks/': ['name'],
  '/api/v1/bank-accounts/': ['name', 'created_at'],
  '/api/v1/budgets/': ['name', 'created_at', 'balance'],
  '/api/v1/transactions/': ['transaction_date', 'amount', 'created_at'],
  '/api/v1/allocations/': ['created_at'],
  '/api/v1/internal-transactions/': ['created_at'],
  '/api/v1/users/': ['username', 'name'],
};
const paths = Object.keys(LISTS);

describe('paths', () => {
  test.each([...paths, '/api/v1/currencies/', '/api/v1/users/me/', '/api/v1/schema/', '/healthz/'])('%s answers the same without its last slash', async (path) => {
    const withSlash = await user.http.get(path);
    expect(withSlash.status).toBe(200);
    const without = await user.http.get(path.slice(0, -1));
    expect({ status: without.status, text: without.text }).toEqual({ status: 200, text: withSlash.text });
  });

  test('a body arrives without the last slash too', async () => {
    expect((await user.http.patch(`/api/v1/budgets/${budget.id}`, { memo: 'kept' })).body).toMatchObject({ memo: 'kept' });
  });

  test.each(['/api/v1/', '/api/v1/nothing/', '/api/v2/budgets/', '/api/v1/budgets/nonsense/', '/api/v1/budgets/%00/', '/api/v1/budgets/1/'])('%s is 404', async (path) => {
    const { status, body } = (await user.http.get(path)) as { status: number; body: unknown };
    expect({ status, body }).toEqual({ status: 404, body: { detail: 'Not found.' } });
  });

  test.each([
    ['POST', '/api/v1/allocations/', 'GET, HEAD'],
    ['PUT', '/api/v1/allocations/{allocation}/', 'GET, HEAD, PATCH'],
    ['DELETE', '/api/v1/allocations/{allocation}/', 'GET, HEAD, PATCH'],
    ['PUT', '/api/v1/internal-transactions/{transfer}/', 'GET, HEAD'],
    ['PATCH', '/api/v1/internal-transactions/{transfer}/', 'GET, HEAD'],
    ['DELETE', '/api/v1/internal-transactions/{transfer}/', 'GET, HEAD'],
    ['POST', '/api/v1/banks/', 'GET, HEAD'],
    ['DELETE', '/api/v1/users/someone/', 'GET, HEAD, PATCH, PUT'],
    ['GET', '/api/v1/transactions/{transfer}/splits/', 'POST'],
    ['GET', '/api/token/', 'POST'],
  ] as const)('%s %s is 405, and Allow says what is', async (method, path, allow) => {
    const response = await supertest(server.app.server)[METHODS[method]](path.replace(/\{\w+\}/, budget.id)).set('authorization', `Bearer ${user.token}`);
    expect({ status: response.status, body: response.body as unknown, allow: response.headers['allow'] }).toEqual({
      status: 405,
      body: { detail: `Method "${method}" not allowed.` },
      allow,
    });
  });
});

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

describe('an empty body is {}', () => {
  test.each([undefined, 'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain', 'application/octet-stream'])('as %s', async (type) => {
    const request = (): supertest.Test => {
      const sent = supertest(server.app.server).patch(`/api/v1/transactions/${transaction.id}/`).set('authorization', `Bearer ${user.token}`);
      return type === undefined ? sent : sent.set('content-type', type);
    };
    const { status, body } = (await request().send()) as { status: number; body: unknown };
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: transaction.id, description: transaction.description });
  });
});

describe('pages', () => {
  test.each(paths)('%s: however long the pages, they hold every row once and in the same order', async (path) => {
    for (const field of ['', ...(LISTS[path] ?? []).flatMap((name) => [name, `-${name}`])]) {
      const whole = await list(`${path}?page_size=500&ordering=${field}`);
      expect(whole.count).toBe(whole.results.length);
      const ids: (string | number)[] = [];
      let next: string | null = `${path}?page_size=3&ordering=${field}`;
      while (next !== null) {
        const page: Page = await list(next);
        ids.push(...page.results.map(({ id }) => id));
        next = page.next === null ? null : new URL(page.next).pathname + new URL(page.next).search;
      }
      expect({ field, ids }).toEqual({ field, ids: whole.results.map(({ id }) => id) });
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test.each(paths)('%s: a field that it does not order by is ignored', async (path) => {
    const whole = await list(path);
    expect(await list(`${path}?ordering=nonsense,-id;drop,,-`)).toEqual({ ...whole });
  });

  test.each(paths)('%s: last is the last page, and beyond it, 0 and words are 404', async (path) => {
    const { count } = await list(path);
    const last = await list(`${path}?page=last&page_size=2`);
    expect(last).toMatchObject({ count, next: null });
    expect(last.results).toHaveLength(count % 2 === 0 ? 2 : 1);
    for (const page of ['0', '-1', '1.5', 'first', '999999', '9'.repeat(30), '%20']) {
      const { status, body } = (await user.http.get(`${path}?page=${page}`)) as { status: number; body: unknown };
      expect({ page, status, body }).toEqual({ page, status: 404, body: { detail: 'Invalid page.' } });
    }
  });

  test('a page size of nonsense is the default, one too large is the maximum, and an empty list has a first page', async () => {
    const path = '/api/v1/transactions/';
    for (const size of ['0', '-5', 'many', '', '1e2', '501', '99999999999']) expect((await list(`${path}?page_size=${size}`)).results).toHaveLength(DESCRIPTIONS.length);
    const nobody = await createUser(server);
    for (const page of ['', '1', 'last']) expect(await list(`${path}?page=${page}`, nobody)).toEqual({ count: 0, next: null, previous: null, results: [] });
  });

  test('next and previous are absolute and keep the other parameters', async () => {
    const page = await list(`/api/v1/transactions/?search=o&page=2&page_size=2&ordering=amount&unknown=%26`);
    const next = new URL(page.next ?? '');
    expect(next.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(Object.fromEntries(next.searchParams)).toEqual({ search: 'o', page: '3', page_size: '2', ordering: 'amount', unknown: '&' });
    expect(Object.fromEntries(new URL(page.previous ?? '').searchParams)).toEqual({ search: 'o', page_size: '2', ordering: 'amount', unknown: '&' });
  });
});

describe('filters', () => {
  test.each([
    ['transactions/?bank_account=nonsense', 'bank_account'],
    ['transactions/?pending=maybe', 'pending'],
    ['transactions/?pending=1', 'pending'],
    ['transactions/?transaction_type=nonsense', 'transaction_type'],
    ['transactions/?date_from=yesterday', 'date_from'],
    ['transactions/?posted_date_to=2026-02-30', 'posted_date_to'],
    ['budgets/?archived=no', 'archived'],
    ['budgets/?budget_type=Z', 'budget_type'],
    ['bank-accounts/?account_type=c', 'account_type'],
    ['allocations/?budget=1', 'budget'],
    ['internal-transactions/?src_budget=x', 'src_budget'],
    ['internal-transactions/?date_to=x', 'date_to'],
  ])('%s is 400 on the parameter', async (query, parameter) => {
    const { status, body } = (await user.http.get(`/api/v1/${query}`)) as { status: number; body: object };
    expect({ status, fields: Object.keys(body) }).toEqual({ status: 400, fields: [parameter] });
  });

  test('true and false are flags, empty is no filter, an unknown category finds nothing, unknown parameters do nothing', async () => {
    expect((await list('/api/v1/transactions/?pending=false')).count).toBe(DESCRIPTIONS.length);
    expect((await list('/api/v1/transactions/?pending=true')).count).toBe(0);
    expect((await list('/api/v1/transactions/?pending=&bank_account=&transaction_type=&date_from=&search=&ordering=&page=&page_size=')).count).toBe(DESCRIPTIONS.length);
    expect((await list('/api/v1/allocations/?category=Nonsense')).count).toBe(0);
    expect((await list('/api/v1/transactions/?colour=red&pending__not=x')).count).toBe(DESCRIPTIONS.length);
  });

  test("a date alone is a whole day in the user's timezone, a timestamp is its instant", async () => {
    const traveller = await createUser(server, { timezone: 'America/New_York' });
    const abroad = await createBankAccount(server, traveller);
    // 22:00 on the 18th, the first and last moments of the 19th, and midnight of the 20th in New York.
    for (const instant of ['2026-11-19T03:00:00Z', '2026-11-19T05:00:00Z', '2026-11-20T04:59:59.999Z', '2026-11-20T05:00:00Z']) {
      await createTransaction(traveller, abroad, { posted_date: instant, transaction_date: instant });
    }
    const counted = async (query: string): Promise<number> => (await list(`/api/v1/transactions/?${query}`, traveller)).count;
    expect(await counted('date_from=2026-11-19&date_to=2026-11-19')).toBe(2);
    expect(await counted('posted_date_from=2026-11-19')).toBe(3);
    expect(await counted('date_to=2026-11-19T05:00:00Z')).toBe(2);
    expect(await counted('date_to=2026-11-19T00:00:00')).toBe(2);
    await traveller.http.patch('/api/v1/users/me/', { timezone: 'UTC' });
    expect(await counted('date_from=2026-11-19&date_to=2026-11-19')).toBe(2);
    expect(await counted('posted_date_from=2026-11-20')).toBe(2);
  });
});

describe('search', () => {
  test.each<[string, string[]]>([
    ['corner', ['CORNER GROCERY', 'Corner bakery']],
    ['  gro   CORNER ', ['CORNER GROCERY']],
    ['corner nothing', []],
    ['100%', ['100% Wool']],
    ['%', ['100% Wool']],
    ['_', ['under_score']],
    ['\\', ['back\\slash']],
    ['äpfel', ['Äpfel & Birnen']],
    ['ÄPFEL birnen', ['Äpfel & Birnen']],
    ["'", []],
  ])('for "%s" finds %j', async (search, found) => {
    const page = await list(`/api/v1/transactions/?search=${encodeURIComponent(search)}`);
    expect(page.results.map(({ raw_description: text }) => text).toSorted()).toEqual(found.toSorted());
  });

  test.each(['transactions', 'budgets'])('takes at most 8 terms in a list of %s, and measures before it splits', async (noun) => {
    await user.http.get(`/api/v1/${noun}/?search=${'+a'.repeat(8)}+%00`).expect(200);
    await user.http.get(`/api/v1/${noun}/?search=${'+a'.repeat(9)}`).expect(400, { search: ['Ensure this parameter has no more than 8 terms.'] });
    await user.http.get(`/api/v1/${noun}/?search=a${'+'.repeat(1_000)}`).expect(400, { search: ['Ensure this field has no more than 1000 characters.'] });
  });

  test('finds each term in any of the fields', async () => {
    await user.http.patch(`/api/v1/transactions/${transaction.id}/`, { description: 'Renamed' });
    expect((await list('/api/v1/transactions/?search=plain%20renamed')).results.map(({ id }) => id)).toEqual([transaction.id]);
  });

  test('finds budgets by name, in any case', async () => {
    expect((await list('/api/v1/budgets/?search=%C3%84PFEL')).count).toBe(3);
    expect((await list('/api/v1/budgets/?search=name%20SAME')).count).toBe(4);
  });
});
