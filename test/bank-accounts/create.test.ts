import supertest from 'supertest';
import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();

test('a new account has its creator as owner, and an Unallocated budget that holds the available balance', async () => {
  const user = await createUser(server);
  const bank = await createBank(server, { defaultCurrency: 'EUR' });
  const response = await user.http.post('/api/v1/bank-accounts/', { name: '  Everyday  ', bank: bank.id, posted_balance: '100', available_balance: '90.50' });
  expect(response.status).toBe(201);
  expect(response.body).toEqual({
    id: expect.any(String) as string,
    name: 'Everyday',
    bank: bank.id,
    owners: [user.username],
    account_type: 'C',
    account_number: null,
    currency: 'EUR',
    posted_balance: '100.00',
    posted_balance_currency: 'EUR',
    available_balance: '90.50',
    available_balance_currency: 'EUR',
    link_aliases: [],
    unallocated_budget: expect.any(String) as string,
    last_imported_at: null,
    last_posted_through: null,
    created_at: '2026-11-20T08:00:00.000Z',
    modified_at: '2026-11-20T08:00:00.000Z',
  });
  const { id, unallocated_budget: unallocated } = response.body as { id: string; unallocated_budget: string };
  expect((await user.http.get(`/api/v1/bank-accounts/${id}/`)).body).toEqual(response.body);
  const budget = await user.http.get(`/api/v1/budgets/${unallocated}/`);
  expect(budget.body).toMatchObject({ name: 'Unallocated', bank_account: id, balance: '90.50', target_balance: '0.00', next_funding: null });
  await expectSoundLedger(server);
});

test.each([
  [{}, '0.00', '0.00'],
  [{ posted_balance: '12.5' }, '12.50', '12.50'],
  [{ available_balance: 7 }, '7.00', '7.00'],
  [{ posted_balance: '-250.10', available_balance: '-300' }, '-250.10', '-300.00'],
  [{ posted_balance: 0, available_balance: '5' }, '0.00', '5.00'],
])('opening balances: one alone sets both, and a card may start in debt (%o)', async (fields, posted, available) => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { account_type: 'X', ...fields });
  expect(account).toMatchObject({ posted_balance: posted, available_balance: available });
  await expectSoundLedger(server);
});

test.each([
  ['JPY', '1500', '1500.00'],
  ['JPY', '1500.00', '1500.00'],
  ['jpy', '1500.50', undefined],
  ['KWD', '1.125', '1.125'],
  ['KWD', '1.1250', '1.125'],
  ['KWD', '1.1255', undefined],
  ['USD', '1.125', undefined],
  ['USD', '999999999999.99', '999999999999.99'],
  ['USD', '1000000000000', undefined],
  ['USD', '1e3', undefined],
  ['USD', ' 1', undefined],
  ['USD', '.5', '0.50'],
  ['USD', true, undefined],
])('opening balances have the decimals of the currency: %s %s → %s', async (currency, posted, shown) => {
  const user = await createUser(server);
  const bank = await createBank(server);
  const response = await user.http.post('/api/v1/bank-accounts/', { name: 'Account', bank: bank.id, currency, posted_balance: posted });
  expect(response.status).toBe(shown === undefined ? 400 : 201);
  if (shown === undefined) expect(Object.keys(response.body as object)).toEqual(['posted_balance']);
  else expect(response.body).toMatchObject({ posted_balance: shown, available_balance: shown, currency: currency.toUpperCase() });
});

test('what cannot be accepted is 400 on its field, and nothing is made', async () => {
  const user = await createUser(server);
  const bank = await createBank(server);
  const good = { name: 'Account', bank: bank.id };
  const missing = '0199f3a0-5c1e-7000-8000-000000000001';
  for (const [field, fields] of [
    ['name', { bank: bank.id }],
    ['name', { ...good, name: ' ' }],
    ['name', { ...good, name: 'x'.repeat(201) }],
    ['bank', { name: 'Account' }],
    ['bank', { ...good, bank: missing }],
    ['account_type', { ...good, account_type: 'Z' }],
    ['account_number', { ...good, account_number: '1'.repeat(33) }],
    ['currency', { ...good, currency: 'XXQ' }],
    ['posted_balance_currency', { ...good, posted_balance: '1', posted_balance_currency: 'EUR' }],
    ['available_balance_currency', { ...good, available_balance_currency: 'EUR' }],
    ['available_balance', { ...good, available_balance: '1.001' }],
    ['link_aliases', { ...good, link_aliases: 'Joint' }],
    ['link_aliases', { ...good, link_aliases: [''] }],
  ] as const) {
    const response = await user.http.post('/api/v1/bank-accounts/', fields);
    expect([field, response.status, Object.keys(response.body as object)]).toEqual([field, 400, [field]]);
  }
  expect((await user.http.get('/api/v1/bank-accounts/')).body).toMatchObject({ count: 0, results: [] });
});

test('forms create accounts as JSON does: lists are JSON text, empty text clears what may be null', async () => {
  const user = await createUser(server);
  const bank = await createBank(server);
  const fields = { name: 'Form', bank: bank.id, account_number: '', link_aliases: '["Savings", "Rainy day"]', posted_balance: '1.10' };
  const http = supertest(server.app.server);
  const authorization = `Bearer ${user.token}`;
  const urlencoded = await http.post('/api/v1/bank-accounts/').set({ authorization }).type('form').send(fields);
  const multipart = await http.post('/api/v1/bank-accounts').set({ authorization }).field(fields);
  for (const response of [urlencoded, multipart]) {
    expect(response.status).toBe(201);
    expect(response.body).toMatchObject({ account_number: null, link_aliases: ['Savings', 'Rainy day'], posted_balance: '1.10' });
  }
});
