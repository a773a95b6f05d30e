import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();

const PATH = '/api/v1/budgets/';
const NOW = '2026-11-20T08:00:00.000Z';

async function setUp(fields: Record<string, unknown> = {}): Promise<{ user: TestUser; account: TestBankAccount }> {
  const user = await createUser(server);
  return { user, account: await createBankAccount(server, user, { posted_balance: '1000', ...fields }) };
}

async function balanceOf(user: TestUser, id: string): Promise<string> {
  return ((await user.http.get(`${PATH}${id}/`)).body as { balance: string }).balance;
}

interface Transfers {
  count: number;
  results: object[];
}

async function transfersOf(user: TestUser, budgetId: string): Promise<Transfers> {
  return (await user.http.get(`/api/v1/internal-transactions/?budget=${budgetId}&ordering=created_at`)).body as Transfers;
}

test.each([
  ['USD', '40.25', undefined],
  ['USD', undefined, '12.50'],
  ['USD', undefined, undefined],
  ['KWD', '40.125', undefined],
  ['JPY', undefined, '7.00'],
])('the balance of an archived budget moves to or from Unallocated: %s +%s −%s', async (currency, received, spent) => {
  const { user, account } = await setUp({ currency });
  const budget = await createBudget(user, account, { budget_type: 'C', target_balance: '1', funding_schedule: 'FREQ=DAILY' });
  if (received !== undefined) await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: received });
  if (spent !== undefined) await createTransfer(user, account, budget.id, account.unallocated_budget, { amount: spent });
  const { count: before } = await transfersOf(user, budget.id);
  const response = await user.http.post(`${PATH}${budget.id}/archive/`);
  expect([response.status, response.body]).toMatchObject([200, { archived: true, archived_at: NOW, complete: false, next_funding: null }]);
  expect(Number(await balanceOf(user, budget.id))).toBe(0);
  expect(Number(await balanceOf(user, account.unallocated_budget))).toBe(1000);
  const { count, results } = await transfersOf(user, budget.id);
  const amount = received ?? spent;
  expect(count - before).toBe(amount === undefined ? 0 : 1);
  if (amount !== undefined) {
    const [source, destination] = received === undefined ? [account.unallocated_budget, budget.id] : [budget.id, account.unallocated_budget];
    expect(results.at(-1)).toMatchObject({ amount, src_budget: source, dst_budget: destination, actor: user.id, effective_date: NOW });
  }
  await expectSoundLedger(server);
});

test('a fill-up is archived before its parent, each by a transfer of its own', async () => {
  const { user, account } = await setUp();
  const parent = await createBudget(user, account, { budget_type: 'R', with_fillup_goal: true });
  const fillupId = parent.fillup_goal ?? '';
  await createTransfer(user, account, account.unallocated_budget, parent.id, { amount: '3' });
  await createTransfer(user, account, account.unallocated_budget, fillupId, { amount: '5' });
  expect((await user.http.post(`${PATH}${parent.id}/archive/`)).status).toBe(200);
  expect((await user.http.get(`${PATH}${fillupId}/`)).body).toMatchObject({ archived: true, balance: '0.00' });
  const all = await user.http.get(`/api/v1/internal-transactions/?bank_account=${account.id}&ordering=created_at`);
  expect((all.body as Transfers).results.slice(2)).toMatchObject([
    { src_budget: fillupId, amount: '5.00' },
    { src_budget: parent.id, amount: '3.00' },
  ]);
  await expectSoundLedger(server);
});

test('an archived budget cannot be archived again', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account);
  await user.http.post(`${PATH}${budget.id}/archive/`, {});
  const again = await user.http.post(`${PATH}${budget.id}/archive/`);
  expect([again.status, again.body]).toEqual([400, { detail: 'This budget is already archived.' }]);
});

test('money that a change leaves in an archived budget goes to Unallocated with the change', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account);
  const transaction = await createTransaction(user, account, { amount: '-10.00' });
  const split = (amount: string): ReturnType<typeof user.http.post> =>
    user.http.post(`/api/v1/transactions/${transaction.id}/splits/`, { splits: { [budget.id]: amount } });
  await split('10');
  await user.http.post(`${PATH}${budget.id}/archive/`);
  expect((await split('4')).status).toBe(200);
  expect(await balanceOf(user, budget.id)).toBe('0.00');
  expect((await user.http.delete(`/api/v1/transactions/${transaction.id}/`)).status).toBe(204);
  expect(await balanceOf(user, budget.id)).toBe('0.00');
  expect(await balanceOf(user, account.unallocated_budget)).toBe('1000.00');
  await expectSoundLedger(server);
});

test('of concurrent archivals one succeeds, and the money moves once, beside other writers', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account);
  await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: '50' });
  const archive = (): PromiseLike<{ status: number }> => user.http.post(`${PATH}${budget.id}/archive/`);
  const move = (): PromiseLike<{ status: number }> =>
    user.http.post('/api/v1/internal-transactions/', { bank_account: account.id, src_budget: account.unallocated_budget, dst_budget: budget.id, amount: '1' });
  const responses = await Promise.all([archive(), move(), archive(), move(), archive(), move()]);
  const archivals = responses.filter((_response, index) => index % 2 === 0).map((response) => response.status);
  expect(archivals.sort()).toEqual([200, 400, 400]);
  expect(await balanceOf(user, budget.id)).toBe('0.00');
  await expectSoundLedger(server);
});
