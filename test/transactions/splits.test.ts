import { afterEach, beforeEach, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createUser, type TestBankAccount, type TestBudget, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();
let user: TestUser;
let account: TestBankAccount;
let food: TestBudget;
let rent: TestBudget;
let transaction: { id: string };

beforeEach(async () => {
  user = await createUser(server);
  account = await createBankAccount(server, user, { posted_balance: '100.00' });
  food = await createBudget(user, account);
  rent = await createBudget(user, account);
  transaction = await createTransaction(user, account, { amount: '-10.00' });
});
afterEach(() => expectSoundLedger(server));

interface Allocation {
  id: string;
  budget: string;
  amount: string;
  category: string;
  memo: string | null;
}

function post(splits: unknown, query = ''): ReturnType<typeof user.http.post> {
  return user.http.post(`/api/v1/transactions/${transaction.id}/splits/${query}`, { splits });
}

async function split(splits: Record<string, string | number>): Promise<Allocation[]> {
  return (await post(splits).expect(200)).body as Allocation[];
}

/** budget → amount */
function shares(allocations: Allocation[]): Record<string, string> {
  return Object.fromEntries(allocations.map(({ budget, amount }) => [budget, amount]));
}

test('the sign is that of the transaction, and the remainder goes to Unallocated', async () => {
  expect(shares(await split({ [food.id]: '3.50', [rent.id]: 2 }))).toEqual({ [food.id]: '-3.50', [rent.id]: '-2.00', [account.unallocated_budget]: '-4.50' });
  transaction = await createTransaction(user, account, { amount: '10.00' });
  expect(shares(await split({ [food.id]: '3.50' }))).toEqual({ [food.id]: '3.50', [account.unallocated_budget]: '6.50' });
});

test('Unallocated may be named: it gets its amount and the remainder', async () => {
  expect(shares(await split({ [account.unallocated_budget]: '1', [food.id]: '4' }))).toEqual({ [food.id]: '-4.00', [account.unallocated_budget]: '-6.00' });
});

test('an empty object puts all back to Unallocated', async () => {
  await split({ [food.id]: '10' });
  expect(shares(await split({}))).toEqual({ [account.unallocated_budget]: '-10.00' });
});

test('allocations that stay keep id, category and memo; the answer is in order of creation', async () => {
  const [unallocated, first] = await split({ [food.id]: '4' });
  await user.http.patch(`/api/v1/allocations/${first?.id ?? ''}/`, { category: 'Food & Drink:Groceries', memo: 'bread' }).expect(200);
  const after = await split({ [rent.id]: '1', [food.id]: '5' });
  expect(after.map(({ id, budget, amount, category, memo }) => ({ id, budget, amount, category, memo }))).toEqual([
    { id: unallocated?.id, budget: account.unallocated_budget, amount: '-4.00', category: 'Uncategorized:Unassigned', memo: null },
    { id: first?.id, budget: food.id, amount: '-5.00', category: 'Food & Drink:Groceries', memo: 'bread' },
    { id: after[2]?.id, budget: rent.id, amount: '-1.00', category: 'Uncategorized:Unassigned', memo: null },
  ]);
});

test('the same splits again change nothing', async () => {
  const first = await split({ [food.id]: '4' });
  server.clock.set('2026-11-22T08:00:00Z');
  expect(await split({ [food.id.toUpperCase()]: '4.00' })).toEqual(first);
});

test('with page or page_size in the query the answer is a page of a list', async () => {
  await split({ [food.id]: '4', [rent.id]: '3' });
  const body = (await post({ [food.id]: '4', [rent.id]: '3' }, '?page_size=2&page=2').expect(200)).body as unknown;
  expect(body).toMatchObject({ count: 3, next: null, results: [{ budget: rent.id }] });
  expect((body as { previous: string }).previous).toContain(`/api/v1/transactions/${transaction.id}/splits/?page_size=2`);
  await post({}, '?page=2').expect(404, { detail: 'Invalid page.' });
  expect((await post({ [food.id]: '4', [rent.id]: '3' }, '?page=1').expect(200)).body, 'what failed changed nothing').toEqual({
    count: 3,
    next: null,
    previous: null,
    results: await split({ [food.id]: '4', [rent.id]: '3' }),
  });
});

test('a form carries the splits as JSON text', async () => {
  const splits = JSON.stringify({ [food.id]: '4' });
  const path = `/api/v1/transactions/${transaction.id}/splits/`;
  const urlencoded = await user.http.post(path).type('form').send({ splits }).expect(200);
  expect(shares(urlencoded.body as Allocation[])).toMatchObject({ [food.id]: '-4.00' });
  const multipart = await user.http.post(path).field('splits', '{}').expect(200);
  expect(multipart.body).toHaveLength(1);
});

test('a transaction of 0 keeps one allocation of 0 to Unallocated', async () => {
  transaction = await createTransaction(user, account, { amount: '0' });
  expect(shares(await split({}))).toEqual({ [account.unallocated_budget]: '0.00' });
  await post({ [food.id]: '1' }).expect(400);
});

test('what is wrong with the splits is said on that field, and changes nothing', async () => {
  const stranger = await createUser(server);
  const foreign = await createBudget(stranger, await createBankAccount(server, stranger));
  const elsewhere = await createBudget(user, await createBankAccount(server, user));
  const archived = await createBudget(user, account);
  await user.http.post(`/api/v1/budgets/${archived.id}/archive/`).expect(200);
  await split({ [food.id]: '4' });
  const missing = '01900000-0000-7000-8000-000000000000';
  const refused: [unknown, string][] = [
    [undefined, 'This field is required.'],
    [null, 'This field may not be null.'],
    [[], 'Expected a dictionary of items.'],
    ['{}', 'Expected a dictionary of items.'],
    [{ [missing]: '1' }, `Invalid pk "${missing}" - object does not exist.`],
    [{ [foreign.id]: '1' }, `Invalid pk "${foreign.id}" - object does not exist.`],
    [{ [elsewhere.id]: '1' }, `Invalid pk "${elsewhere.id}" - object does not exist.`],
    [{ food: '1' }, '"food" is not a valid UUID.'],
    [JSON.parse('{"__proto__": "5.00"}'), '"__proto__" is not a valid UUID.'],
    [{ [food.id]: '1', constructor: '1' }, '"constructor" is not a valid UUID.'],
    [Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`b${index}`, 'x'])), 'Ensure this field has no more than 500 budgets.'],
    [{ [food.id]: '1', [food.id.toUpperCase()]: '1' }, `Budget ${food.id} is named twice.`],
    [{ [archived.id]: '1' }, `Budget ${archived.id} is archived and takes no new money.`],
    [{ [food.id]: '0' }, `The amount of budget ${food.id} must be greater than 0.`],
    [{ [food.id]: '-1' }, `The amount of budget ${food.id} must be greater than 0.`],
    [{ [food.id]: '5', [rent.id]: '5.01' }, "The amounts add up to 10.01, more than the transaction's 10."],
  ];
  for (const [splits, message] of refused) await post(splits).expect(400, { splits: [message] });
  await user.http.post(`/api/v1/transactions/${transaction.id}/splits/`).type('form').send('splits={"__proto__":"5"}').expect(400, { splits: ['"__proto__" is not a valid UUID.'] });
  for (const amount of ['', 'x', '1e1', null, true, {}]) expect((await post({ [food.id]: amount }).expect(400)).body).toHaveProperty('splits');
  const body = (await user.http.get(`/api/v1/allocations/?transaction=${transaction.id}`)).body as unknown;
  expect(shares((body as { results: Allocation[] }).results)).toEqual({ [food.id]: '-4.00', [account.unallocated_budget]: '-6.00' });
});

test('a stranger gets the 404 of a missing transaction, whatever the body', async () => {
  const stranger = await createUser(server);
  for (const body of [{ splits: {} }, { splits: 'nonsense' }, {}]) {
    await stranger.http.post(`/api/v1/transactions/${transaction.id}/splits/`, body).expect(404, { detail: 'Not found.' });
  }
});
