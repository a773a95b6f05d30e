import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createTransaction, createUser } from '../support/factories.ts';

const server = useServer();

const PATH = '/api/v1/bank-accounts/';
const FIXED = ['This field cannot be changed after creation.'];

test('name and aliases change; what is absent stays, in PUT and PATCH', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { account_number: '12', link_aliases: ['Joint'], posted_balance: '5' });
  server.clock.set('2026-11-20T09:30:00.000Z');
  const patched = await user.http.patch(`${PATH}${account.id}/`, { link_aliases: ['Joint', 'Household'] });
  expect(patched.body).toEqual({ ...account, link_aliases: ['Joint', 'Household'], modified_at: '2026-11-20T09:30:00.000Z' });
  const put = await user.http.put(`${PATH}${account.id}/`, { name: 'Ours', bank: account.bank });
  expect(put.body).toEqual({ ...account, name: 'Ours', link_aliases: ['Joint', 'Household'], modified_at: '2026-11-20T09:30:00.000Z' });
  const incomplete = await user.http.put(`${PATH}${account.id}/`, {});
  expect([incomplete.status, Object.keys(incomplete.body as object).sort()]).toEqual([400, ['bank', 'name']]);
});

test('a fixed field may be sent with the value that it has now, and with no other', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { posted_balance: '100' });
  await createTransaction(user, account, { amount: '-10.00', pending: true });
  const path = `${PATH}${account.id}/`;
  const same = { bank: account.bank.toUpperCase(), currency: 'usd', account_type: 'C', posted_balance: '100.0', available_balance: 90, available_balance_currency: 'USD' };
  expect((await user.http.patch(path, same)).status).toBe(200);
  const whole: object = (await user.http.get(path)).body as object;
  expect((await user.http.put(path, whole)).status).toBe(200);
  const other = { bank: (await createBank(server)).id, currency: 'EUR', account_type: 'S', posted_balance: '90', available_balance: '100' };
  const refused = await user.http.patch(path, other);
  expect([refused.status, refused.body]).toEqual([
    400,
    { bank: FIXED, currency: FIXED, account_type: FIXED, posted_balance: FIXED, available_balance: FIXED },
  ]);
  const currency = await user.http.patch(path, { posted_balance_currency: 'EUR' });
  expect([currency.status, Object.keys(currency.body as object)]).toEqual([400, ['posted_balance_currency']]);
});

test("another user's account is 404, byte for byte like a missing one, whatever the body", async () => {
  const [user, stranger] = [await createUser(server), await createUser(server)];
  const account = await createBankAccount(server, user);
  const missing = '0199f3a0-5c1e-7000-8000-000000000001';
  for (const body of [{ name: 'Mine' }, { name: '' }, { posted_balance: 'x' }]) {
    for (const method of ['put', 'patch'] as const) {
      const [foreign, none] = [await stranger.http[method](`${PATH}${account.id}/`, body), await stranger.http[method](`${PATH}${missing}/`, body)];
      expect([foreign.status, none.status]).toEqual([404, 404]);
      expect(foreign.text).toBe(none.text);
    }
  }
  expect((await stranger.http.get(`${PATH}${account.id}/`)).status).toBe(404);
  expect((await stranger.http.delete(`${PATH}${account.id}/`)).status).toBe(404);
  expect((await stranger.http.post(`${PATH}${account.id}/mark-imported/`, {})).status).toBe(404);
  expect((await stranger.http.get(`${PATH}${account.id}/funding-summary/`)).status).toBe(404);
  expect((await user.http.get(`${PATH}${account.id}/`)).body).toEqual(account);
});
