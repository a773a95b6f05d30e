import { expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { expectSoundLedger, storedChains } from '../support/ledger.ts';

const server = useServer();

const PATH = '/api/v1/budgets/';

async function setUp(): Promise<{ user: TestUser; account: TestBankAccount }> {
  const user = await createUser(server);
  return { user, account: await createBankAccount(server, user, { posted_balance: '1000' }) };
}

const findTransfers = query<{ id: string; src: string; dst: string; amount: string }>(
  'SELECT id, src_budget_id AS src, dst_budget_id AS dst, amount FROM internal_transactions WHERE bank_account_id = $1 ORDER BY sequence',
);
const insertEvent = query<object>(`INSERT INTO funding_events (id, bank_account_id, budget_id, kind, date, wanted, moved, internal_transaction_id, ordinal, created_at)
  VALUES (gen_random_uuid(), $1, $2, 'fund', '2026-11-01', 10, 10, $3, 1, now())`);
const countEvents = query<{ events: string }>('SELECT count(*) AS events FROM funding_events WHERE bank_account_id = $1');

test("a deleted budget's transfers name Unallocated; what then has it on both sides goes; only Unallocated's chain changes", async () => {
  const { user, account } = await setUp();
  const free = account.unallocated_budget;
  const doomed = await createBudget(user, account, { budget_type: 'R', with_fillup_goal: true });
  const fillup = doomed.fillup_goal ?? '';
  const [food, rent] = [await createBudget(user, account), await createBudget(user, account)];
  const move = async (from: string, to: string, amount: string, day: string): Promise<string> =>
    (await createTransfer(user, account, from, to, { amount, effective_date: `2026-11-${day}T12:00:00Z` })).id;
  const transaction = await createTransaction(user, account, { amount: '-30.00', posted_date: '2026-11-09T08:00:00Z' });
  await user.http.post(`/api/v1/transactions/${transaction.id}/splits/`, { splits: { [food.id]: '20' } });

  const kept = [await move(free, food.id, '100', '05'), await move(food.id, rent.id, '15', '06')];
  const fromUnallocated = await move(free, doomed.id, '50', '04');
  const redirected = [
    { id: await move(doomed.id, food.id, '7', '07'), src: free, dst: food.id },
    { id: await move(rent.id, fillup, '3', '08'), src: rent.id, dst: free },
    { id: await move(food.id, doomed.id, '11', '02'), src: food.id, dst: free },
  ];
  await move(doomed.id, fillup, '20', '10');
  await move(fillup, free, '1', '11');
  await server.db.rows(insertEvent, [account.id, doomed.id, fromUnallocated]);
  const before = await storedChains(server, account);
  const sum = Number((await user.http.get(`${PATH}${free}/`).then((response) => response.body as { balance: string })).balance) + 50 - 7 + 11 - 1 + 3;

  expect((await user.http.delete(`${PATH}${doomed.id}/`)).status).toBe(204);

  const after = await storedChains(server, account);
  expect([...after.keys()].sort()).toEqual([food.id, free, rent.id].sort());
  for (const untouched of [food.id, rent.id]) expect(after.get(untouched)).toEqual(before.get(untouched));
  const transfers = await server.db.rows(findTransfers, [account.id]);
  expect(transfers.map(({ id }) => id).sort()).toEqual([...kept, ...redirected.map(({ id }) => id)].sort());
  for (const { id, src, dst } of redirected) {
    expect(transfers.find((transfer) => transfer.id === id)).toMatchObject({ src, dst });
    const shown = await user.http.get(`/api/v1/internal-transactions/${id}/`);
    expect(shown.body).toMatchObject({ src_budget: src, dst_budget: dst });
  }
  expect(Number(((await user.http.get(`${PATH}${free}/`)).body as { balance: string }).balance)).toBe(sum);
  for (const id of [doomed.id, fillup]) expect((await user.http.get(`${PATH}${id}/`)).status).toBe(404);
  expect(await server.db.row(countEvents, [account.id])).toEqual({ events: '0' });
  await expectSoundLedger(server);
});

test.each(['itself', 'its fill-up'])('a budget with allocations in %s is not deleted, and nothing changes', async (where) => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { budget_type: 'R', with_fillup_goal: true });
  const transaction = await createTransaction(user, account);
  const named = where === 'itself' ? budget.id : (budget.fillup_goal ?? '');
  const split = (splits: object): PromiseLike<unknown> => user.http.post(`/api/v1/transactions/${transaction.id}/splits/`, { splits });
  await split({ [named]: '10' });
  const before = await storedChains(server, account);
  const refused = await user.http.delete(`${PATH}${budget.id}/`);
  expect([refused.status, refused.body]).toEqual([400, { detail: expect.stringContaining('archive it') as string }]);
  expect(await storedChains(server, account)).toEqual(before);
  await split({});
  expect((await user.http.delete(`${PATH}${budget.id}/`)).status).toBe(204);
  await expectSoundLedger(server);
});

test('a budget without any history just goes', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account);
  expect((await user.http.delete(`${PATH}${budget.id}/`)).status).toBe(204);
  expect((await user.http.get(PATH)).body).toMatchObject({ count: 1, results: [{ balance: '1000.00' }] });
  expect((await user.http.delete(`${PATH}${budget.id}/`)).status).toBe(404);
});

test('many transfers take no more statements than few', async () => {
  const { user, account } = await setUp();
  const other = await createBudget(user, account);
  const statementsFor = async (rounds: number): Promise<number> => {
    const budget = await createBudget(user, account);
    for (let round = 0; round < rounds; round += 1) {
      await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: '2' });
      await createTransfer(user, account, budget.id, other.id, { amount: '1' });
    }
    server.statements.length = 0;
    expect((await user.http.delete(`${PATH}${budget.id}/`)).status).toBe(204);
    return server.statements.length;
  };
  expect(await statementsFor(10)).toBe(await statementsFor(1));
  await expectSoundLedger(server);
});

test('deletions beside splits and transfers of the same budget leave a sound ledger', async () => {
  const { user, account } = await setUp();
  const budgets = await Promise.all(Array.from({ length: 4 }, () => createBudget(user, account)));
  const transactions = await Promise.all(Array.from({ length: 4 }, () => createTransaction(user, account)));
  await Promise.all(budgets.map((budget) => createTransfer(user, account, account.unallocated_budget, budget.id, { amount: '20' })));
  const responses = await Promise.all(
    budgets.flatMap((budget, index): PromiseLike<{ status: number }>[] => [
      user.http.delete(`${PATH}${budget.id}/`),
      user.http.post(`/api/v1/transactions/${transactions[index]?.id ?? ''}/splits/`, { splits: { [budget.id]: '5' } }),
      user.http.post('/api/v1/internal-transactions/', { bank_account: account.id, src_budget: budget.id, dst_budget: account.unallocated_budget, amount: '1' }),
    ]),
  );
  for (const { status } of responses) expect([200, 201, 204, 400]).toContain(status);
  await expectSoundLedger(server);
});
