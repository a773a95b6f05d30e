import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { expectSoundLedger, storedChains } from '../support/ledger.ts';

const server = useServer();
let user: TestUser;
let account: TestBankAccount;

beforeEach(async () => {
  user = await createUser(server);
  account = await createBankAccount(server, user, { posted_balance: '100.00', available_balance: '100.00' });
});
afterEach(() => expectSoundLedger(server));

/** The snapshots along the account's chain, oldest first: available / posted. */
async function accountChain(): Promise<string[]> {
  const { body } = (await user.http.get(`/api/v1/transactions/?bank_account=${account.id}`).expect(200)) as {
    body: { results: { bank_account_available_balance: string; bank_account_posted_balance: string }[] };
  };
  return body.results.map((row) => `${row.bank_account_available_balance} / ${row.bank_account_posted_balance}`).reverse();
}

/** The snapshots along a budget's chain. */
async function budgetChain(budgetId: string): Promise<number[]> {
  return ((await storedChains(server, account)).get(budgetId) ?? []).map((entry) => Number(entry.balance));
}

async function balances(): Promise<[string, string]> {
  const { body } = (await user.http.get(`/api/v1/bank-accounts/${account.id}/`).expect(200)) as { body: TestBankAccount };
  return [body.available_balance, body.posted_balance];
}

function spend(amount: string, date: string, fields: Record<string, unknown> = {}): Promise<{ id: string }> {
  return createTransaction(user, account, { amount, posted_date: date, ...fields });
}

function split(transaction: { id: string }, splits: Record<string, string>): Promise<unknown> {
  return user.http.post(`/api/v1/transactions/${transaction.id}/splits/`, { splits }).expect(200).then(({ body }: { body: unknown }) => body);
}

describe("the account's chain", () => {
  test('a back-dated transaction shifts the snapshots of all later ones', async () => {
    await spend('-10', '2026-11-10');
    await spend('-20', '2026-11-12');
    await spend('5', '2026-11-11');
    expect(await accountChain()).toEqual(['90.00 / 90.00', '95.00 / 95.00', '75.00 / 75.00']);
    expect(await balances()).toEqual(['75.00', '75.00']);
  });

  test('at one instant the order of creation counts', async () => {
    await spend('-1', '2026-11-10');
    await spend('-2', '2026-11-10');
    await spend('-4', '2026-11-10');
    expect(await accountChain()).toEqual(['99.00 / 99.00', '97.00 / 97.00', '93.00 / 93.00']);
  });

  test('a pending transaction moves the available chain only, until it is posted', async () => {
    await spend('-10', '2026-11-10');
    const hold = await spend('-20', '2026-11-11', { pending: true });
    await spend('-30', '2026-11-12');
    expect(await accountChain()).toEqual(['90.00 / 90.00', '70.00 / 90.00', '40.00 / 60.00']);
    const { body } = (await user.http.patch(`/api/v1/transactions/${hold.id}/`, { pending: false }).expect(200)) as { body: Record<string, unknown> };
    expect(body).toMatchObject({ pending: false, bank_account_posted_balance: '70.00', bank_account_available_balance: '70.00' });
    expect(await accountChain()).toEqual(['90.00 / 90.00', '70.00 / 70.00', '40.00 / 40.00']);
    expect(await balances()).toEqual(['40.00', '40.00']);
  });

  test('a deletion takes the amount off all later snapshots, a pending one off the available chain only', async () => {
    const first = await spend('-10', '2026-11-10');
    const hold = await spend('-20', '2026-11-11', { pending: true });
    await spend('-30', '2026-11-12');
    await user.http.delete(`/api/v1/transactions/${first.id}/`).expect(204);
    expect(await accountChain()).toEqual(['80.00 / 100.00', '50.00 / 70.00']);
    await user.http.delete(`/api/v1/transactions/${hold.id}/`).expect(204);
    expect(await accountChain()).toEqual(['70.00 / 70.00']);
    expect(await balances()).toEqual(['70.00', '70.00']);
  });

  test('posted and available may start apart', async () => {
    account = await createBankAccount(server, user, { posted_balance: '120.00', available_balance: '100.00' });
    await spend('-10', '2026-11-10');
    expect(await accountChain()).toEqual(['90.00 / 110.00']);
  });
});

describe("the budgets' chains", () => {
  test('a new transaction goes wholly to Unallocated', async () => {
    const transaction = await spend('-10', '2026-11-10');
    const body = (await user.http.get(`/api/v1/allocations/?transaction=${transaction.id}`)).body as unknown;
    expect(body).toMatchObject({ count: 1, results: [{ budget: account.unallocated_budget, amount: '-10.00', budget_balance: '90.00', category: 'Uncategorized:Unassigned', memo: null }] });
  });

  test('back-dated inserts, splits, re-splits and deletions leave every snapshot right', async () => {
    const food = await createBudget(user, account);
    const rent = await createBudget(user, account);
    const later = await spend('-30', '2026-11-12');
    await split(later, { [food.id]: '10', [rent.id]: '5' });
    expect(await budgetChain(food.id)).toEqual([-10]);
    expect(await budgetChain(account.unallocated_budget)).toEqual([85]);

    const earlier = await spend('-8', '2026-11-10');
    await split(earlier, { [food.id]: '8' });
    expect(await budgetChain(food.id)).toEqual([-8, -18]);
    expect(await budgetChain(account.unallocated_budget)).toEqual([85]);

    await split(earlier, { [food.id]: '3' });
    expect(await budgetChain(food.id)).toEqual([-3, -13]);
    expect(await budgetChain(account.unallocated_budget)).toEqual([95, 80]);

    await split(later, { [rent.id]: '30' });
    expect(await budgetChain(food.id)).toEqual([-3]);
    expect(await budgetChain(rent.id)).toEqual([-30]);
    expect(await budgetChain(account.unallocated_budget)).toEqual([95]);

    await user.http.delete(`/api/v1/transactions/${earlier.id}/`).expect(204);
    expect(await budgetChain(food.id)).toEqual([]);
    expect(await budgetChain(account.unallocated_budget)).toEqual([]);
    expect(await budgetChain(rent.id)).toEqual([-30]);
  });

  test('at one instant transfers come before allocations, then the order of creation counts', async () => {
    const food = await createBudget(user, account);
    const instant = '2026-11-10T00:00:00Z';
    const purchase = await spend('-7', instant);
    await split(purchase, { [food.id]: '7' });
    await createTransfer(user, account, account.unallocated_budget, food.id, { amount: '20', effective_date: instant });
    await createTransfer(user, account, food.id, account.unallocated_budget, { amount: '1', effective_date: instant });
    expect(await budgetChain(food.id)).toEqual([20, 19, 12]);
    expect(await budgetChain(account.unallocated_budget)).toEqual([80, 81]);
  });

  test('a past transfer slots in where it belongs, and answers the snapshots of that place', async () => {
    const food = await createBudget(user, account);
    await split(await spend('-7', '2026-11-15'), { [food.id]: '7' });
    const transfer = await createTransfer(user, account, account.unallocated_budget, food.id, { amount: '20', effective_date: '2026-11-01' });
    expect(transfer).toMatchObject({ src_budget_balance: '80.00', dst_budget_balance: '20.00', actor: user.id, effective_date: '2026-11-01T00:00:00.000Z' });
    expect(await budgetChain(food.id)).toEqual([20, 13]);
    await createTransfer(user, account, account.unallocated_budget, food.id, { amount: '5', effective_date: '2026-10-01' });
    const body = (await user.http.get(`/api/v1/internal-transactions/${transfer.id}/`)).body as unknown;
    expect(body).toMatchObject({ src_budget_balance: '75.00', dst_budget_balance: '25.00' });
  });

  test('what a re-split or a deletion leaves in an archived budget goes back to Unallocated at once', async () => {
    const gone = await createBudget(user, account);
    const purchase = await spend('-10', '2026-11-10');
    await split(purchase, { [gone.id]: '4' });
    await user.http.post(`/api/v1/budgets/${gone.id}/archive/`).expect(200);
    await split(purchase, { [gone.id]: '6' });
    const balanceOf = async (): Promise<unknown> => ((await user.http.get(`/api/v1/budgets/${gone.id}/`)).body as { balance: string }).balance;
    expect(await balanceOf()).toBe('0.00');
    await user.http.delete(`/api/v1/transactions/${purchase.id}/`).expect(204);
    expect(await balanceOf()).toBe('0.00');
    const body = (await user.http.get(`/api/v1/internal-transactions/?budget=${gone.id}`)).body as unknown;
    expect(body).toMatchObject({
      results: [
        { amount: '6.00', src_budget: gone.id, dst_budget: account.unallocated_budget, actor: user.id },
        { amount: '2.00', src_budget: account.unallocated_budget, dst_budget: gone.id },
        { amount: '4.00', src_budget: account.unallocated_budget, dst_budget: gone.id },
      ],
    });
  });
});

test.each([
  ['JPY', '1000', '-250', '-250.00', '750.00', '1.5'],
  ['KWD', '10', '-2.125', '-2.125', '7.875', '1.0005'],
])('in %s amounts have the decimals of its minor unit, at least two', async (currency, opening, amount, shown, balance, tooFine) => {
  const bank = (await createBank(server, { defaultCurrency: currency })).id;
  account = await createBankAccount(server, user, { bank, posted_balance: opening });
  const budget = await createBudget(user, account, { target_balance: '0' });
  const transaction = await createTransaction(user, account, { amount });
  expect(transaction).toMatchObject({ amount: shown, amount_currency: currency, bank_account_available_balance: balance });
  const fine = { bank_account: account.id, posted_date: '2026-11-19', transaction_type: '', raw_description: 'X', amount: tooFine };
  expect((await user.http.post('/api/v1/transactions/', fine).expect(400)).body).toHaveProperty('amount');
  expect((await user.http.post(`/api/v1/transactions/${transaction.id}/splits/`, { splits: { [budget.id]: tooFine } }).expect(400)).body).toHaveProperty('splits');
  const transfer = { bank_account: account.id, src_budget: account.unallocated_budget, dst_budget: budget.id, amount: tooFine };
  expect((await user.http.post('/api/v1/internal-transactions/', transfer).expect(400)).body).toHaveProperty('amount');
  await split(transaction, { [budget.id]: amount.slice(1) });
  expect(await budgetChain(budget.id)).toEqual([Number(amount)]);
});
