import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createUser, type TestUser } from '../support/factories.ts';
import { addOwner } from '../support/ledger.ts';

const server = useServer();

async function names(user: TestUser, query: string): Promise<string[]> {
  const response = await user.http.get(`/api/v1/bank-accounts/?${query}`);
  return (response.body as { results: { name: string }[] }).results.map((account) => account.name);
}

test('owners see their accounts: by name, filtered by type, in the order they ask for', async () => {
  const [user, partner] = [await createUser(server), await createUser(server)];
  for (const [name, type] of [['b', 'C'], ['a', 'S'], ['B', 'C'], ['c', 'X']] as const) {
    await createBankAccount(server, user, { name, account_type: type });
  }
  const shared = await createBankAccount(server, partner, { name: 'Z' });
  await addOwner(server, shared, user);
  expect(await names(user, '')).toEqual(['B', 'Z', 'a', 'b', 'c']);
  expect(await names(user, 'ordering=-name')).toEqual(['c', 'b', 'a', 'Z', 'B']);
  expect(await names(user, 'ordering=-created_at')).toEqual(['Z', 'c', 'B', 'a', 'b']);
  expect(await names(user, 'account_type=C')).toEqual(['B', 'Z', 'b']);
  expect(await names(partner, '')).toEqual(['Z']);
  const response = await user.http.get('/api/v1/bank-accounts/?account_type=C&page_size=2&page=last');
  expect(response.body).toMatchObject({ count: 3, next: null, results: [{ name: 'b' }] });
  const both = await user.http.get('/api/v1/bank-accounts/?page_size=1&page=2');
  expect(both.body).toMatchObject({ results: [{ name: 'Z', owners: [partner.username, user.username] }] });
  expect((await user.http.get('/api/v1/bank-accounts/?account_type=Q')).status).toBe(400);
});
