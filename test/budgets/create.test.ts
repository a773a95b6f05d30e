import supertest from 'supertest';
import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createUser } from '../support/factories.ts';

const server = useServer();

/** Any JSON, with a key too that objects have from elsewhere. */
const AUTO_SPEND = JSON.parse('{"rules": [{"match": "AIR", "amount": null}], "__proto__": {"enabled": true}}') as unknown;
const PATH = '/api/v1/budgets/';

test('a new budget is an empty goal unless the request says otherwise', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const response = await user.http.post(PATH, { name: ' Vacation ', bank_account: account.id, target_balance: '250', balance: '99', complete: true, archived: true });
  expect([response.status, response.body]).toEqual([
    201,
    {
      id: expect.any(String) as string,
      name: 'Vacation',
      bank_account: account.id,
      balance: '0.00',
      balance_currency: 'USD',
      target_balance: '250.00',
      target_balance_currency: 'USD',
      funding_amount: null,
      funding_amount_currency: 'USD',
      budget_type: 'G',
      funding_type: 'D',
      target_date: null,
      with_fillup_goal: false,
      fillup_goal: null,
      archived: false,
      archived_at: null,
      complete: false,
      paused: false,
      funding_schedule: '',
      recurrance_schedule: null,
      memo: null,
      color: null,
      auto_spend: null,
      next_funding: null,
      created_at: '2026-11-20T08:00:00.000Z',
      modified_at: '2026-11-20T08:00:00.000Z',
    },
  ]);
  const { id } = response.body as { id: string };
  expect((await user.http.get(`${PATH}${id}/`)).body).toEqual(response.body);
});

test('every setting is stored, schedules in their normal form', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { currency: 'KWD', posted_balance: '10' });
  const budget = await createBudget(user, account, {
    budget_type: 'R',
    funding_type: 'F',
    target_balance: '12.125',
    target_balance_currency: 'KWD',
    funding_amount: '1.5',
    target_date: '2027-06-01',
    funding_schedule: 'freq=weekly;byday=fr',
    recurrance_schedule: 'DTSTART;TZID=Europe/Berlin:20261201T093000\nRRULE:FREQ=MONTHLY',
    memo: ' Every summer ',
    auto_spend: AUTO_SPEND,
  });
  expect(budget).toMatchObject({
    budget_type: 'R',
    funding_type: 'F',
    target_balance: '12.125',
    funding_amount: '1.500',
    funding_amount_currency: 'KWD',
    target_date: '2027-06-01',
    recurrance_schedule: 'DTSTART:20261201T000000Z\nRRULE:FREQ=MONTHLY',
    memo: 'Every summer',
    auto_spend: AUTO_SPEND,
    next_funding: { date: '2026-11-27', amount: '1.500', amount_currency: 'KWD', deferred: true },
  });
});

test("a schedule without DTSTART begins on the creation date in the timezone of the account's first active owner", async () => {
  const user = await createUser(server, { timezone: 'Pacific/Kiritimati' });
  const account = await createBankAccount(server, user);
  server.clock.set('2026-11-20T12:00:00.000Z');
  const budget = await createBudget(user, account, { funding_type: 'F', target_balance: '0', funding_amount: '3', funding_schedule: 'RRULE:FREQ=WEEKLY' });
  server.clock.set('2026-11-20T08:00:00.000Z');
  // There it was the 21st already; the 21st itself is not funded any more.
  expect(budget).toMatchObject({ next_funding: { date: '2026-11-28' } });
});

test.each([
  ['name', { name: '' }],
  ['name', { name: null }],
  ['bank_account', { bank_account: '0199f3a0-5c1e-7000-8000-000000000001' }],
  ['bank_account', { bank_account: 'x' }],
  ['target_balance', { target_balance: undefined }],
  ['target_balance', { target_balance: '-1' }],
  ['target_balance', { target_balance: '1.001' }],
  ['target_balance', { target_balance: '1234567890123' }],
  ['target_balance_currency', { target_balance_currency: 'EUR' }],
  ['funding_amount', { funding_amount: '-0.01' }],
  ['funding_amount', { funding_amount: 'ten' }],
  ['funding_amount_currency', { funding_amount: '1', funding_amount_currency: 'JPY' }],
  ['budget_type', { budget_type: 'A' }],
  ['budget_type', { budget_type: 'Z' }],
  ['funding_type', { funding_type: 'X' }],
  ['target_date', { target_date: '2026-02-30' }],
  ['paused', { paused: 'perhaps' }],
  ['funding_schedule', { funding_schedule: 'every monday' }],
  ['funding_schedule', { funding_schedule: 'FREQ=HOURLY' }],
  ['funding_schedule', { funding_schedule: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' }],
  ['recurrance_schedule', { recurrance_schedule: 'FREQ=DAILY;INTERVAL=1001' }],
  ['funding_schedule', { funding_schedule: ' '.repeat(501) }],
  ['memo', { memo: 'x'.repeat(513) }],
  ['color', { color: 'blue' }],
  ['color', { color: '#3b82f6' }],
  ['memo', { memo: `${' '.repeat(1024)}x` }],
  ['auto_spend', { auto_spend: { a: 'x'.repeat(20_000) } }],
  ['auto_spend', { auto_spend: { a: 'nul \0' } }],
])('what cannot be accepted is 400 on its field: %s %#', async (field, fields) => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const response = await user.http.post(PATH, { name: 'Budget', bank_account: account.id, target_balance: '1', ...fields });
  expect([response.status, Object.keys(response.body as object)]).toEqual([400, [field]]);
  expect((await user.http.get(PATH)).body).toMatchObject({ count: 1 });
});

test("an account of someone else is refused as one that does not exist", async () => {
  const [user, stranger] = [await createUser(server), await createUser(server)];
  const account = await createBankAccount(server, user);
  const response = await stranger.http.post(PATH, { name: 'Budget', bank_account: account.id, target_balance: '1' });
  expect([response.status, response.body]).toEqual([400, { bank_account: [`Invalid pk "${account.id}" - object does not exist.`] }]);
});

test('a JPY budget takes whole yen only', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { currency: 'JPY' });
  const good = await user.http.post(PATH, { name: 'Trip', bank_account: account.id, target_balance: '5000.00', funding_amount: 100 });
  expect([good.status, good.body]).toMatchObject([201, { target_balance: '5000.00', funding_amount: '100.00' }]);
  const bad = await user.http.post(PATH, { name: 'Trip', bank_account: account.id, target_balance: '5000', funding_amount: '100.5' });
  expect([bad.status, Object.keys(bad.body as object)]).toEqual([400, ['funding_amount']]);
});

test('a form creates what JSON does: flags and JSON as text, empty text as null', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const fields = {
    name: 'Form',
    bank_account: account.id,
    target_balance: '10',
    budget_type: 'R',
    with_fillup_goal: 'true',
    paused: 'false',
    funding_amount: '',
    funding_schedule: '',
    recurrance_schedule: '',
    target_date: '',
    memo: '',
    auto_spend: '{"a": [1, 2]}',
  };
  const http = supertest(server.app.server);
  const authorization = `Bearer ${user.token}`;
  for (const request of [http.post(PATH).set({ authorization }).type('form').send(fields), http.post(PATH).set({ authorization }).field(fields)]) {
    const response = await request;
    expect([response.status, response.body]).toMatchObject([
      201,
      { with_fillup_goal: true, paused: false, funding_amount: null, funding_schedule: '', recurrance_schedule: null, target_date: null, memo: null, auto_spend: { a: [1, 2] } },
    ]);
  }
});
