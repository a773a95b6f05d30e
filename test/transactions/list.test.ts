import { beforeAll, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const server = useServer();
let user: TestUser;
let checking: TestBankAccount;
let savings: TestBankAccount;

interface Page {
  count: number;
  next: string | null;
  previous: string | null;
  results: { id: string; raw_description: string }[];
}

beforeAll(async () => {
  user = await createUser(server, { timezone: 'America/Los_Angeles' });
  checking = await createBankAccount(server, user);
  savings = await createBankAccount(server, user);
  const make = (account: TestBankAccount, raw_description: string, fields: object): Promise<unknown> => createTransaction(user, account, { raw_description, ...fields });
  await make(checking, 'a', { amount: '-5', posted_date: '2026-11-10T12:00:00Z', transaction_type: 'ach' });
  await make(savings, 'b', { amount: '-50', posted_date: '2026-11-12T07:59:59.999Z', transaction_date: '2026-11-11T08:00:00Z', pending: true });
  await make(checking, 'c 100%', { amount: '7', posted_date: '2026-11-12T08:00:00Z' });
  await make(checking, 'd Über', { amount: '7', posted_date: '2026-11-12T08:00:00Z', description: 'Yellow Cab_1' });
  const stranger = await createUser(server);
  await createTransaction(stranger, await createBankAccount(server, stranger), { raw_description: 'foreign' });
});

async function page(query: string): Promise<Page> {
  return (await user.http.get(`/api/v1/transactions/${query}`).expect(200)).body as Page;
}

/** The first letters of the raw descriptions. */
async function letters(query: string): Promise<string> {
  const { results, count } = await page(query);
  expect(count).toBe(results.length);
  return results.map(({ raw_description }) => raw_description.charAt(0)).join('');
}

test('the newest come first, over all accounts, and nobody else sees them', async () => {
  expect(await letters('')).toBe('dcba');
});

describe('filters', () => {
  test.each([
    ['pending=true', 'b'],
    ['pending=false', 'dca'],
    ['transaction_type=ach', 'a'],
    ['transaction_type=', 'dcba'],
    ['date_from=2026-11-11&date_to=2026-11-11', 'b'],
    ['date_from=2026-11-12', 'dc'],
    ['date_to=2026-11-11', 'ba'],
    ['posted_date_to=2026-11-11', 'ba'],
    ['posted_date_from=2026-11-12T08:00:00Z', 'dc'],
    ['posted_date_to=2026-11-12T07:59:59.999Z', 'ba'],
    ['bank_account=01900000-0000-7000-8000-000000000000', ''],
    ['surprise=1', 'dcba'],
  ])('%s', async (query, expected) => {
    expect(await letters(`?${query}`)).toBe(expected);
  });

  test('by account', async () => {
    expect(await letters(`?bank_account=${savings.id}`)).toBe('b');
  });

  test.each(['pending=perhaps', 'transaction_type=bribe', 'date_from=soon', 'posted_date_to=2026-02-30', 'bank_account=x'])('400 on %s', async (query) => {
    const body = (await user.http.get(`/api/v1/transactions/?${query}`).expect(400)).body as unknown;
    expect(Object.keys(body as object)).toEqual([query.split('=')[0]]);
  });
});

test.each([
  ['CAB', 'd'],
  ['yellow über', 'd'],
  ['yellow red', ''],
  ['100%', 'c'],
  ['cab_1', 'd'],
  ['b_1', 'd'],
  ['0_', ''],
])('search for %s: all terms, in any case and any field, taken literally', async (search, expected) => {
  expect(await letters(`?search=${encodeURIComponent(search)}`)).toBe(expected);
});

test.each([
  ['amount', 'bacd'],
  ['-amount', 'dcab'],
  ['transaction_date', 'abcd'],
  ['-created_at', 'dcba'],
  ['created_at', 'abcd'],
  ['-amount,created_at', 'cdab'],
  ['nonsense,-transaction_date', 'dcba'],
])('ordering by %s is total', async (ordering, expected) => {
  expect(await letters(`?ordering=${ordering}`)).toBe(expected);
});

test('pages follow each other by next and keep the other parameters', async () => {
  const seen: string[] = [];
  let url: string | null = '/api/v1/transactions/?page_size=1&ordering=amount';
  while (url !== null) {
    const { body } = (await user.http.get(url.replace(/^http:\/\/[^/]+/, '')).expect(200)) as { body: Page };
    seen.push(...body.results.map(({ raw_description }) => raw_description.charAt(0)));
    url = body.next;
    if (url !== null) expect(url).toMatch(/^http:\/\/.*ordering=amount/);
  }
  expect(seen.join('')).toBe('bacd');
  expect((await page('?page=last&page_size=3')).results.map(({ raw_description }) => raw_description)).toEqual(['a']);
  for (const beyond of ['3&page_size=3', '0', '-1', 'x', '999999999&page_size=500']) {
    await user.http.get(`/api/v1/transactions/?page=${beyond}`).expect(404, { detail: 'Invalid page.' });
  }
});

test('a page of 100 costs at most three statements besides the login', async () => {
  for (const query of ['', `?bank_account=${checking.id}`, '?search=a', '?ordering=amount']) {
    server.statements.length = 0;
    await user.http.get(`/api/v1/transactions/${query}`).expect(200);
    expect(server.statements.length - 1).toBeLessThanOrEqual(3);
  }
});
