import { beforeEach, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransfer, createUser, type TestBankAccount, type TestBudget, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();
const MISSING = '01900000-0000-7000-8000-000000000000';
let user: TestUser;
let account: TestBankAccount;
let food: TestBudget;
let rent: TestBudget;

beforeEach(async () => {
  server.clock.set('2026-11-20T08:00:00Z');
  user = await createUser(server, { timezone: 'Europe/Berlin' });
  account = await createBankAccount(server, user, { posted_balance: '100' });
  food = await createBudget(user, account);
  rent = await createBudget(user, account);
});

function post(fields: Record<string, unknown>): ReturnType<typeof user.http.post> {
  return user.http.post('/api/v1/internal-transactions/', { bank_account: account.id, amount: '10', src_budget: account.unallocated_budget, dst_budget: food.id, ...fields });
}

test('it moves money now, the actor is who asked, and the source may go negative', async () => {
  const body = (await post({ amount: '150.5' }).expect(201)).body as unknown;
  expect(body).toEqual({
    id: expect.any(String) as unknown,
    bank_account: account.id,
    amount: '150.50',
    amount_currency: 'USD',
    src_budget: account.unallocated_budget,
    dst_budget: food.id,
    actor: user.id,
    effective_date: '2026-11-20T08:00:00.000Z',
    src_budget_balance: '-50.50',
    src_budget_balance_currency: 'USD',
    dst_budget_balance: '150.50',
    dst_budget_balance_currency: 'USD',
    created_at: '2026-11-20T08:00:00.000Z',
    modified_at: '2026-11-20T08:00:00.000Z',
  });
  expect((await user.http.get(`/api/v1/internal-transactions/${(body as { id: string }).id}/`).expect(200)).body).toEqual(body);
  await expectSoundLedger(server);
});

test("an effective date without an offset is in the user's timezone", async () => {
  expect((await post({ effective_date: '2026-11-01' }).expect(201)).body).toMatchObject({ effective_date: '2026-10-31T23:00:00.000Z' });
});

test('forms are fine', async () => {
  const fields = { bank_account: account.id, amount: '10', src_budget: account.unallocated_budget, dst_budget: food.id };
  await user.http.post('/api/v1/internal-transactions/').type('form').send(fields).expect(201);
  await user.http.post('/api/v1/internal-transactions/').field(fields).expect(201);
});

test('what cannot be moved is refused on its field', async () => {
  const stranger = await createUser(server);
  const foreignAccount = await createBankAccount(server, stranger);
  const elsewhere = await createBudget(user, await createBankAccount(server, user));
  const archived = await createBudget(user, account);
  await user.http.post(`/api/v1/budgets/${archived.id}/archive/`).expect(200);
  const missing = (id: string): string[] => [`Invalid pk "${id}" - object does not exist.`];
  const notOfAccount = ['This budget does not belong to the given bank account.'];
  const noNewMoney = ['This budget is archived and takes no new money.'];
  const required = ['This field is required.'];
  const refused: [Record<string, unknown>, Record<string, string[]>][] = [
    [{ bank_account: undefined, amount: undefined, src_budget: undefined, dst_budget: undefined }, { bank_account: required, amount: required, src_budget: required, dst_budget: required }],
    [{ bank_account: foreignAccount.id }, { bank_account: missing(foreignAccount.id) }],
    [{ bank_account: MISSING, src_budget: MISSING }, { bank_account: missing(MISSING), src_budget: missing(MISSING) }],
    [{ dst_budget: foreignAccount.unallocated_budget, amount: '0' }, { dst_budget: missing(foreignAccount.unallocated_budget), amount: ['Ensure this value is greater than 0.'] }],
    [{ amount: '-1' }, { amount: ['Ensure this value is greater than 0.'] }],
    [{ src_budget: food.id.toUpperCase() }, { non_field_errors: ['Source and destination budget must differ.'] }],
    [{ src_budget: elsewhere.id }, { src_budget: notOfAccount }],
    [{ src_budget: archived.id, dst_budget: elsewhere.id }, { src_budget: noNewMoney, dst_budget: notOfAccount }],
    [{ dst_budget: archived.id }, { dst_budget: noNewMoney }],
    [{ amount_currency: 'EUR' }, { amount_currency: ['Must be USD, the currency of the bank account.'] }],
    [{ effective_date: null }, { effective_date: ['This field may not be null.'] }],
  ];
  for (const [fields, errors] of refused) expect((await post(fields).expect(400)).body).toEqual(errors);
  expect((await user.http.get('/api/v1/internal-transactions/').expect(200)).body).toMatchObject({ count: 0 });
});

describe('the list', () => {
  async function amounts(query: string): Promise<string> {
    const { body } = (await user.http.get(`/api/v1/internal-transactions/${query}`).expect(200)) as { body: { count: number; results: { amount: string }[] } };
    expect(body.count).toBe(body.results.length);
    return body.results.map(({ amount }) => amount.replace('.00', '')).join(' ');
  }

  test('is the latest first, filtered by account, budget, side and time of creation', async () => {
    await createTransfer(user, account, account.unallocated_budget, food.id, { amount: '1', effective_date: '2026-11-30' });
    server.clock.set('2026-11-21T22:59:59.999Z');
    await createTransfer(user, account, food.id, rent.id, { amount: '2', effective_date: '2026-11-01' });
    server.clock.set('2026-11-21T23:00:00Z');
    await createTransfer(user, account, rent.id, account.unallocated_budget, { amount: '3' });
    const other = await createBankAccount(server, user);
    await createTransfer(user, other, other.unallocated_budget, (await createBudget(user, other)).id, { amount: '4' });

    expect(await amounts('')).toBe('4 3 2 1');
    expect(await amounts('?ordering=created_at')).toBe('1 2 3 4');
    expect(await amounts(`?bank_account=${account.id}`)).toBe('3 2 1');
    expect(await amounts(`?budget=${food.id}`)).toBe('2 1');
    expect(await amounts(`?src_budget=${food.id}`)).toBe('2');
    expect(await amounts(`?dst_budget=${food.id}`)).toBe('1');
    expect(await amounts(`?budget=${food.id}&dst_budget=${rent.id}`)).toBe('2');
    expect(await amounts(`?budget=${food.id}&bank_account=${other.id}`)).toBe('');
    expect(await amounts('?date_to=2026-11-21')).toBe('2 1');
    expect(await amounts('?date_from=2026-11-22')).toBe('4 3');
    expect(await amounts(`?budget=${MISSING}`)).toBe('');
    const wrong = ['Enter a valid date/time.'];
    await user.http.get('/api/v1/internal-transactions/?date_from=soon&date_to=2026-02-30').expect(400, { date_from: wrong, date_to: wrong });

    const stranger = await createUser(server);
    expect((await stranger.http.get(`/api/v1/internal-transactions/?budget=${food.id}`)).body).toMatchObject({ count: 0, results: [] });
  });

  test('costs at most three statements besides the login', async () => {
    for (const query of ['', `?budget=${food.id}`, `?src_budget=${food.id}&date_from=2026-01-01`]) {
      server.statements.length = 0;
      await user.http.get(`/api/v1/internal-transactions/${query}`).expect(200);
      expect(server.statements.length - 1).toBeLessThanOrEqual(3);
    }
  });
});

test('a transfer is never changed, and a stranger does not see it', async () => {
  const { id } = await createTransfer(user, account, account.unallocated_budget, food.id);
  const path = `/api/v1/internal-transactions/${id}/`;
  for (const method of ['put', 'patch'] as const) await user.http[method](path, { amount: '1' }).expect(405);
  await user.http.delete(path).expect(405);
  await (await createUser(server)).http.get(path).expect(404, { detail: 'Not found.' });
});
