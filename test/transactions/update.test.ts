import { beforeEach, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const server = useServer();
let user: TestUser;
let account: TestBankAccount;
let transaction: Record<string, unknown> & { id: string };

beforeEach(async () => {
  server.clock.set('2026-11-20T08:00:00Z');
  user = await createUser(server, { timezone: 'Europe/Berlin' });
  account = await createBankAccount(server, user);
  transaction = { ...(await createTransaction(user, account, { amount: '-10.00', posted_date: '2026-11-19', raw_description: ' CORNER GROCERY ', memo: 'milk' })) };
});

function patch(fields: object): ReturnType<typeof user.http.patch> {
  return user.http.patch(`/api/v1/transactions/${transaction.id}/`, fields);
}

describe.each(['put', 'patch'] as const)('%s', (method) => {
  test('what is absent stays as it is', async () => {
    server.clock.set('2026-11-20T09:00:00Z');
    const required = { bank_account: account.id, amount: '-10', posted_date: '2026-11-19', transaction_type: 'ach', raw_description: ' CORNER GROCERY ' };
    const body = method === 'put' ? required : { transaction_type: 'ach' };
    const answer = await user.http[method](`/api/v1/transactions/${transaction.id}/`, body).expect(200);
    expect(answer.body).toEqual({ ...transaction, transaction_type: 'ach', modified_at: '2026-11-20T09:00:00.000Z' });
  });

  test('a form says as much as JSON', async () => {
    const required = { bank_account: account.id, amount: '-10.0', posted_date: '2026-11-19', transaction_type: '', raw_description: ' CORNER GROCERY ' };
    const answer = await user.http[method](`/api/v1/transactions/${transaction.id}/`).type('form').send({ ...required, memo: '', pending: 'false' }).expect(200);
    expect(answer.body).toMatchObject({ memo: null, transaction_type: '', pending: false });
  });

  test("someone else's transaction is 404 like a missing one, even when the body is wrong", async () => {
    const stranger = await createUser(server);
    for (const body of [{ amount: 'x' }, { memo: 'mine' }, { image: 'x' }]) {
      await stranger.http[method](`/api/v1/transactions/${transaction.id}/`, body).expect(404, { detail: 'Not found.' });
    }
    const malformed = stranger.http[method](`/api/v1/transactions/${transaction.id}/`).type('json').send('{');
    await malformed.expect(404, { detail: 'Not found.' });
    await user.http[method](`/api/v1/transactions/${transaction.id}/`).type('json').send('{').expect(400);
  });
});

test('PUT needs the required fields', async () => {
  const body = (await user.http.put(`/api/v1/transactions/${transaction.id}/`, { memo: 'x' }).expect(400)).body as unknown;
  expect(Object.keys(body as object).sort()).toEqual(['amount', 'bank_account', 'posted_date', 'raw_description', 'transaction_type']);
});

test('fixed fields may be repeated in any spelling, and nothing else', async () => {
  await patch({
    bank_account: account.id.toUpperCase(),
    amount: -10.0,
    amount_currency: 'USD',
    posted_date: '2026-11-18T23:00:00Z',
    transaction_date: '2026-11-19T00:00:00',
    raw_description: ' CORNER GROCERY ',
    pending: false,
  }).expect(200);
  const fixed = ['This field cannot be changed after creation.'];
  await patch({ amount: '-10.01' }).expect(400, { amount: fixed });
  await patch({ posted_date: '2026-11-19T00:00:00Z' }).expect(400, { posted_date: fixed });
  await patch({ transaction_date: null, raw_description: 'CORNER GROCERY' }).expect(400, { transaction_date: fixed, raw_description: fixed });
  const other = await createBankAccount(server, user);
  await patch({ bank_account: other.id, memo: 'moved' }).expect(400, { bank_account: fixed });
  expect((await patch({}).expect(200)).body).toMatchObject({ memo: 'milk' });
});

test('the party is shown as long as the description is the default, which blank text restores', async () => {
  expect((await patch({ description: 'Milk' }).expect(200)).body).toMatchObject({ description: 'Milk', party: null });
  expect((await patch({ description: ' ' }).expect(200)).body).toMatchObject({ description: 'CORNER GROCERY', party: 'Corner Grocery' });
  expect((await patch({ description: 'CORNER GROCERY' }).expect(200)).body).toMatchObject({ party: 'Corner Grocery' });
});

test('a posted transaction cannot become pending again', async () => {
  await patch({ pending: true }).expect(400, { pending: ['A posted transaction cannot become pending again.'] });
});

test('read-only and unknown fields are ignored', async () => {
  const answer = await patch({ party: 'x', linked_transaction: 'x', bank_account_posted_balance: 'x', id: 'x', surprise: 1 }).expect(200);
  expect(answer.body).toEqual(transaction);
});
