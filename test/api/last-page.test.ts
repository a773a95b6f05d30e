import { beforeAll, expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestUser } from '../support/factories.ts';

const server = useServer();
let user: TestUser;

beforeAll(async () => {
  user = await createUser(server, { name: 'A', staff: true });
  await createUser(server, { name: 'B' });
  const bank = (await createBank(server, { name: 'Twice' })).id;
  await createBank(server, { name: 'Twice' });
  for (const name of ['Same', 'Same', 'Other']) {
    const account = await createBankAccount(server, user, { bank, name });
    const [first, second] = [await createBudget(user, account, { name: 'Same' }), await createBudget(user, account, { name: 'Same' })];
    for (const amount of ['-1.00', '-1.00', '5.00']) {
      const { id } = await createTransaction(user, account, { amount });
      await user.http.post(`/api/v1/transactions/${id}/splits/`, { splits: { [first.id]: '0.50', [second.id]: '0.25' } }).expect(200);
      await createTransfer(user, account, first.id, second.id);
    }
  }
});

interface Page {
  count: number;
  next: string | null;
  previous: string | null;
  results: { id?: string; username?: string }[];
}

async function page(path: string, parameters: Record<string, string>): Promise<Page> {
  return (await user.http.get(`/api/v1/${path}?${new URLSearchParams(parameters).toString()}`).expect(200)).body as Page;
}

test.each([
  ['transactions/', ['', '-transaction_date', 'amount', '-amount,created_at', 'created_at']],
  ['allocations/', ['', '-created_at']],
  ['allocations/?category=Uncategorized:Unassigned', ['', '-created_at']],
  ['internal-transactions/', ['', 'created_at']],
  ['budgets/', ['', '-name,balance', 'balance']],
  ['bank-accounts/', ['', '-name']],
  ['banks/', ['', '-name', 'created_at']],
  ['users/', ['', '-name,username']],
])('%s: all pages together are the list, and the last page is the last numbered one', async (path, orderings) => {
  const [name = '', query = ''] = path.split('?');
  for (const ordering of orderings) {
    const filters = { ...Object.fromEntries(new URLSearchParams(query)), ordering };
    const whole = await page(name, { ...filters, page_size: '500' });
    expect(whole.count).toBeGreaterThan(1);
    for (const size of [1, 2, 4, whole.count, 500]) {
      const pages: Page[] = [];
      const last = Math.ceil(whole.count / size);
      for (let number = 1; number <= last; number += 1) pages.push(await page(name, { ...filters, page_size: String(size), page: String(number) }));
      expect(pages.flatMap(({ results }) => results)).toEqual(whole.results);
      expect(await page(name, { ...filters, page_size: String(size), page: 'last' })).toEqual(pages.at(-1));
    }
  }
});

test('an empty list has one page, the last one', async () => {
  expect(await page('transactions/', { transaction_type: 'fee', page: 'last' })).toEqual({ count: 0, next: null, previous: null, results: [] });
});
