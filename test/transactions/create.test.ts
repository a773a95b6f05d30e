import { beforeEach, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const server = useServer();
let user: TestUser;
let account: TestBankAccount;

beforeEach(async () => {
  user = await createUser(server);
  account = await createBankAccount(server, user);
});

function post(fields: Record<string, unknown>, from = user): ReturnType<typeof user.http.post> {
  return from.http.post('/api/v1/transactions/', {
    bank_account: account.id,
    amount: '-10.00',
    posted_date: '2026-11-19T12:00:00Z',
    transaction_type: '',
    raw_description: 'SHOP',
    ...fields,
  });
}

test('a transaction answers everything that it is', async () => {
  const body = (await post({ raw_description: '  POS PURCHASE CORNER GROCERY 11/17 ', memo: ' milk ', pending: true }).expect(201)).body as unknown;
  expect(body).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
    bank_account: account.id,
    amount: '-10.00',
    amount_currency: 'USD',
    party: 'Corner Grocery',
    posted_date: '2026-11-19T12:00:00.000Z',
    transaction_date: '2026-11-17T00:00:00.000Z',
    transaction_type: '',
    pending: true,
    memo: 'milk',
    raw_description: '  POS PURCHASE CORNER GROCERY 11/17 ',
    description: 'POS PURCHASE CORNER GROCERY 11/17',
    linked_transaction: null,
    bank_account_posted_balance: '0.00',
    bank_account_posted_balance_currency: 'USD',
    bank_account_available_balance: '-10.00',
    bank_account_available_balance_currency: 'USD',
    image: null,
    document: null,
    created_at: '2026-11-20T08:00:00.000Z',
    modified_at: '2026-11-20T08:00:00.000Z',
  });
  const { id } = body as { id: string };
  expect((await user.http.get(`/api/v1/transactions/${id}/`).expect(200)).body).toEqual(body);
});

test("dates without an offset are read in the user's timezone, and a given transaction date wins", async () => {
  user = await createUser(server, { timezone: 'America/New_York' });
  account = await createBankAccount(server, user);
  const body = (await post({ posted_date: '2026-11-19', raw_description: 'X 11/18' }).expect(201)).body as unknown;
  expect(body).toMatchObject({ posted_date: '2026-11-19T05:00:00.000Z', transaction_date: '2026-11-18T05:00:00.000Z' });
  const given = await post({ posted_date: '2026-11-19T10:00:00.123456', transaction_date: '2026-11-02T23:00:00+02:00', raw_description: 'X 11/18' });
  expect(given.body).toMatchObject({ posted_date: '2026-11-19T15:00:00.123Z', transaction_date: '2026-11-02T21:00:00.000Z' });
});

test('a description of its own hides the party, a blank one is the default', async () => {
  expect((await post({ description: 'Milk' })).body).toMatchObject({ description: 'Milk', party: null });
  expect((await post({ description: '  ' })).body).toMatchObject({ description: 'SHOP', party: 'Shop' });
});

test('a transfer between accounts has no party', async () => {
  expect((await post({ raw_description: 'TRANSFER TO SAV ENDING IN 1111' })).body).toMatchObject({ description: 'TRANSFER TO SAV ENDING IN 1111', party: null });
});

test.each<[Record<string, unknown>, Record<string, unknown>]>([
  [{ amount: undefined, posted_date: undefined, transaction_type: undefined, raw_description: undefined, bank_account: undefined }, {
    amount: ['This field is required.'],
    posted_date: ['This field is required.'],
    transaction_type: ['This field is required.'],
    raw_description: ['This field is required.'],
    bank_account: ['This field is required.'],
  }],
  [{ amount: null }, { amount: ['This field may not be null.'] }],
  [{ amount: '10.001' }, { amount: [expect.stringContaining('2 decimal places')] }],
  [{ amount: '1234567890123' }, { amount: [expect.stringContaining('12 digits')] }],
  [{ amount: '1e3' }, { amount: [expect.stringContaining('A valid number is required')] }],
  [{ amount_currency: 'EUR' }, { amount_currency: [expect.stringContaining('USD')] }],
  [{ bank_account: 'x' }, { bank_account: ['Must be a valid UUID.'] }],
  [{ bank_account: '01900000-0000-7000-8000-000000000000' }, { bank_account: ['Invalid pk "01900000-0000-7000-8000-000000000000" - object does not exist.'] }],
  [{ transaction_type: 'bribe' }, { transaction_type: ['"bribe" is not a valid choice.'] }],
  [{ raw_description: ' ' }, { raw_description: ['This field may not be blank.'] }],
  [{ raw_description: 'x'.repeat(513) }, { raw_description: ['Ensure this field has no more than 512 characters.'] }],
  [{ memo: 'a\0b' }, { memo: ['Null characters are not allowed.'] }],
  [{ posted_date: 'yesterday' }, { posted_date: [expect.stringContaining('wrong format')] }],
  [{ transaction_date: '' }, { transaction_date: [expect.stringContaining('wrong format')] }],
  [{ amount: 'ten', posted_date: 'yesterday', transaction_date: '2026-02-30' }, {
    amount: [expect.stringContaining('A valid number is required')],
    posted_date: [expect.stringContaining('wrong format')],
    transaction_date: [expect.stringContaining('wrong format')],
  }],
  [{ pending: 'maybe' }, { pending: ['Must be a valid boolean.'] }],
  [{ image: 'https://example.com/cat.png' }, { image: [expect.stringContaining('was not a file')] }],
])('400 on the field: %j', async (fields, errors) => {
  expect((await post(fields).expect(400)).body).toEqual(errors);
});

test("an account of someone else's is a missing one", async () => {
  const stranger = await createUser(server);
  await post({}, stranger).expect(400, { bank_account: [`Invalid pk "${account.id}" - object does not exist.`] });
});

test('amounts may be written in every way that people write them', async () => {
  for (const [amount, shown] of [['.5', '0.50'], ['5.', '5.00'], ['+7', '7.00'], [-1.25, '-1.25'], ['1.500', '1.50'], ['-0', '0.00']]) {
    expect((await post({ amount }).expect(201)).body).toMatchObject({ amount: shown });
  }
});
