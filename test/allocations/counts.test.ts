import { beforeAll, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createUser, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();
const CATEGORIES = ['Uncategorized:Unassigned', 'Home:Rent', 'Pets:Pet Food', 'Travel:Train', 'no category'];
let user: TestUser;
let accounts: { id: string; budgets: string[] }[];
let transactions: string[];

beforeAll(async () => {
  user = await createUser(server);
  accounts = [];
  transactions = [];
  for (let number = 0; number < 2; number += 1) {
    const account = await createBankAccount(server, user);
    const [first, second] = [await createBudget(user, account), await createBudget(user, account)];
    accounts.push({ id: account.id, budgets: [account.unallocated_budget, first.id, second.id] });
    for (let count = 0; count < 6; count += 1) {
      const { id } = await createTransaction(user, account);
      await user.http.post(`/api/v1/transactions/${id}/splits/`, { splits: { [first.id]: '1.00', [second.id]: '2.00' } }).expect(200);
      transactions.push(id);
    }
  }
  const stranger = await createUser(server);
  await createTransaction(stranger, await createBankAccount(server, stranger));
});

interface Allocation {
  id: string;
  budget: string;
  category: string;
}

async function list(query: Record<string, string>): Promise<{ count: number; results: Allocation[] }> {
  return (await user.http.get(`/api/v1/allocations/?${new URLSearchParams({ page_size: '500', ...query }).toString()}`).expect(200)).body as { count: number; results: Allocation[] };
}

/** Of every combination of filters. */
async function expectTrueCounts(): Promise<void> {
  const everything = (await list({})).results;
  for (const category of [undefined, ...CATEGORIES]) {
    for (const { id: account, budgets } of [{ id: undefined, budgets: [] }, ...accounts]) {
      for (const budget of [undefined, ...budgets]) {
        const page = await list({ ...(category && { category }), ...(account && { bank_account: account }), ...(budget && { budget }) });
        const expected = everything.filter(
          (allocation) =>
            (category === undefined || allocation.category === category) &&
            (budget === undefined || allocation.budget === budget) &&
            (account === undefined || accounts.some(({ id, budgets: own }) => id === account && own.includes(allocation.budget))),
        );
        expect(page).toMatchObject({ count: expected.length, results: expected });
      }
    }
  }
  await expectSoundLedger(server);
}

async function categorise(allocations: readonly Allocation[], shift: number): Promise<void> {
  for (const [index, { id }] of allocations.entries()) {
    await user.http.patch(`/api/v1/allocations/${id}/`, { category: CATEGORIES[(index + shift) % 4] }).expect(200);
  }
}

test('every combination of filters counts what it lists: new, categorised, again, split anew and deleted', async () => {
  await expectTrueCounts();
  const { results } = await list({});
  await categorise(results, 0);
  await expectTrueCounts();
  await categorise(results.slice(0, 20), 3);
  await user.http.patch(`/api/v1/allocations/${results[0]?.id ?? ''}/`, { memo: 'the same category' }).expect(200);
  for (const [index, id] of transactions.entries()) {
    if (index % 3 === 0) await user.http.delete(`/api/v1/transactions/${id}/`).expect(204);
    if (index % 3 === 1) await user.http.post(`/api/v1/transactions/${id}/splits/`, { splits: { [accounts[index < 6 ? 0 : 1]?.budgets[1] ?? '']: '10.00' } }).expect(200);
  }
  await expectTrueCounts();
});

test('an allocation that several clients categorise at once is counted once', async () => {
  const { results } = await list({});
  const [first] = results;
  if (!first) throw new Error('there is no allocation');
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 8 }, (_, shift) => categorise([first], shift)));
  }
  await expectTrueCounts();
});
