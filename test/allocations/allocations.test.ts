import { beforeAll, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createUser, type TestBankAccount, type TestBudget, type TestUser } from '../support/factories.ts';

const server = useServer();
let user: TestUser;
let checking: TestBankAccount;
let food: TestBudget;
let first: { id: string };

interface Allocation {
  id: string;
  transaction: string;
  budget: string;
  amount: string;
}

beforeAll(async () => {
  user = await createUser(server);
  checking = await createBankAccount(server, user);
  food = await createBudget(user, checking);
  first = await createTransaction(user, checking, { amount: '-10' });
  await user.http.post(`/api/v1/transactions/${first.id}/splits/`, { splits: { [food.id]: '4' } }).expect(200);
  const savings = await createBankAccount(server, user);
  await createTransaction(user, savings, { amount: '-20' });
  const second = await createTransaction(user, checking, { amount: '-30' });
  await user.http.post(`/api/v1/transactions/${second.id}/splits/`, { splits: { [food.id]: '30' } }).expect(200);
  const stranger = await createUser(server);
  await createTransaction(stranger, await createBankAccount(server, stranger), { amount: '-99' });
});

async function amounts(query: string): Promise<string> {
  const { body } = (await user.http.get(`/api/v1/allocations/${query}`).expect(200)) as { body: { count: number; results: Allocation[] } };
  expect(body.count).toBe(body.results.length);
  return body.results.map(({ amount }) => amount).join(' ');
}

/** The allocation of the first transaction to food. */
async function allocation(): Promise<Allocation & Record<string, unknown>> {
  const body = (await user.http.get(`/api/v1/allocations/?transaction=${first.id}&budget=${food.id}`)).body as unknown;
  const [found] = (body as { results: Allocation[] }).results;
  if (!found) throw new Error('the allocation is not there');
  return { ...found };
}

test('the list is in order of creation, over all accounts, and nobody else sees it', async () => {
  expect(await amounts('')).toBe('-6.00 -4.00 -20.00 -30.00');
  expect(await amounts('?ordering=-created_at')).toBe('-30.00 -20.00 -4.00 -6.00');
});

describe('filters', () => {
  test('by account, transaction and budget, alone and together', async () => {
    expect(await amounts(`?bank_account=${checking.id}`)).toBe('-6.00 -4.00 -30.00');
    expect(await amounts(`?transaction=${first.id}`)).toBe('-6.00 -4.00');
    expect(await amounts(`?budget=${food.id}`)).toBe('-4.00 -30.00');
    expect(await amounts(`?budget=${food.id}&transaction=${first.id}&bank_account=${checking.id}`)).toBe('-4.00');
  });

  test('by category; an unknown one gives an empty list, and so does a foreign object', async () => {
    expect(await amounts(`?category=${encodeURIComponent('Uncategorized:Unassigned')}`)).toBe('-6.00 -4.00 -20.00 -30.00');
    expect(await amounts('?category=nonsense')).toBe('');
    expect(await amounts(`?category=${'x'.repeat(300)}`)).toBe('');
    for (const filter of ['bank_account', 'transaction', 'budget']) expect(await amounts(`?${filter}=01900000-0000-7000-8000-000000000000`)).toBe('');
  });

  test('400 on what is no id', async () => {
    expect((await user.http.get('/api/v1/allocations/?budget=food').expect(400)).body).toEqual({ budget: ['Enter a valid UUID.'] });
  });
});

test('500 of them cost at most three statements besides the login', async () => {
  for (const query of ['?page_size=500', `?page_size=500&budget=${food.id}`, '?category=x']) {
    server.statements.length = 0;
    await user.http.get(`/api/v1/allocations/${query}`).expect(200);
    expect(server.statements.length - 1).toBeLessThanOrEqual(3);
  }
});

describe('one allocation', () => {
  test('category and memo can be set, in any body type, and nothing else', async () => {
    const before = await allocation();
    server.clock.set('2026-11-20T10:00:00Z');
    const path = `/api/v1/allocations/${before.id}/`;
    const after = await user.http.patch(path, { category: 'Education: Tuition & Fees', memo: 'books', amount: '1', budget: checking.unallocated_budget }).expect(200);
    expect(after.body).toEqual({ ...before, category: 'Education: Tuition & Fees', memo: 'books', modified_at: '2026-11-20T10:00:00.000Z' });
    expect((await user.http.patch(path).type('form').send({ memo: '' }).expect(200)).body).toMatchObject({ memo: null, category: 'Education: Tuition & Fees' });
    expect((await user.http.patch(path).field('category', 'Home:Rent').expect(200)).body).toMatchObject({ category: 'Home:Rent' });
    expect(await allocation()).toMatchObject({ amount: '-4.00', budget: food.id, category: 'Home:Rent' });
    await user.http.patch(path, { category: 'Education:Tuition & Fees' }).expect(400, { category: ['"Education:Tuition & Fees" is not a valid choice.'] });
  });

  test('is 404 for a stranger, whatever the body', async () => {
    const stranger = await createUser(server);
    const path = `/api/v1/allocations/${(await allocation()).id}/`;
    await stranger.http.get(path).expect(404, { detail: 'Not found.' });
    for (const body of [{ memo: 'mine' }, { category: 'nonsense' }]) await stranger.http.patch(path, body).expect(404, { detail: 'Not found.' });
  });

  test('comes and goes with splits only: POST, PUT and DELETE are 405', async () => {
    const path = `/api/v1/allocations/${(await allocation()).id}/`;
    await user.http.post('/api/v1/allocations/', {}).expect(405, { detail: 'Method "POST" not allowed.' });
    await user.http.put(path, {}).expect(405);
    const { headers } = await user.http.delete(path).expect(405);
    expect(headers['allow']).toContain('PATCH');
  });
});
