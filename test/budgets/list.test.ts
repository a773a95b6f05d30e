import { expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransfer, createUser, type TestUser } from '../support/factories.ts';

const server = useServer();

async function names(user: TestUser, query: string): Promise<string[]> {
  const response = await user.http.get(`/api/v1/budgets/?${query}`);
  expect(response.status).toBe(200);
  return (response.body as { results: { name: string }[] }).results.map((budget) => budget.name);
}

test('filters, search and order', async () => {
  const user = await createUser(server);
  const [first, second] = [await createBankAccount(server, user), await createBankAccount(server, user)];
  const rent = await createBudget(user, first, { name: 'Rent & Heat', budget_type: 'R' });
  const gifts = await createBudget(user, first, { name: 'gifts', paused: true });
  const old = await createBudget(user, first, { name: 'Old rent', budget_type: 'C' });
  await createBudget(user, second, { name: 'Bicycle' });
  await createTransfer(user, first, first.unallocated_budget, gifts.id, { amount: '5' });
  await createTransfer(user, first, first.unallocated_budget, rent.id, { amount: '7' });
  await user.http.post(`/api/v1/budgets/${old.id}/archive/`);

  expect(await names(user, '')).toEqual(['Bicycle', 'Old rent', 'Rent & Heat', 'Unallocated', 'Unallocated', 'gifts']);
  expect(await names(user, `bank_account=${second.id}`)).toEqual(['Bicycle', 'Unallocated']);
  expect(await names(user, 'archived=true')).toEqual(['Old rent']);
  expect(await names(user, `archived=false&bank_account=${first.id}&ordering=-balance`)).toEqual(['Rent & Heat', 'gifts', 'Unallocated']);
  expect(await names(user, 'paused=true')).toEqual(['gifts']);
  expect(await names(user, 'budget_type=R')).toEqual(['Rent & Heat']);
  expect(await names(user, 'search=RENT')).toEqual(['Old rent', 'Rent & Heat']);
  expect(await names(user, 'search=heat%20rent')).toEqual(['Rent & Heat']);
  expect(await names(user, 'search=%25')).toEqual([]);
  expect(await names(user, `ordering=created_at&bank_account=${first.id}`)).toEqual(['Unallocated', 'Rent & Heat', 'gifts', 'Old rent']);
  const stranger = await createUser(server);
  expect(await names(stranger, `bank_account=${first.id}`)).toEqual([]);
  for (const query of ['archived=perhaps', 'budget_type=Q', 'bank_account=1', 'paused=2']) {
    const response = await user.http.get(`/api/v1/budgets/?${query}`);
    expect([response.status, Object.keys(response.body as object)]).toEqual([400, [query.split('=')[0]]]);
  }
});

// Half of them recurring with a fill-up, as a test's HTTP would make them, only sooner.
const insertMany = query<object>(`
WITH parents AS (
  INSERT INTO budgets (id, bank_account_id, name, budget_type, target_balance, with_fillup_goal, funding_schedule, schedule_anchor, funding_floor, recurrence_floor)
  SELECT gen_random_uuid(), $1, 'Many ' || n, 'R', 100 + n, true, 'RRULE:FREQ=MONTHLY;BYMONTHDAY=' || (1 + n % 28), '2026-11-01', '2026-11-01', '2026-11-01'
  FROM generate_series(1, 250) n RETURNING id, name, target_balance, funding_schedule
)
INSERT INTO budgets (id, bank_account_id, name, budget_type, target_balance, funding_schedule, schedule_anchor, funding_floor, recurrence_floor)
SELECT gen_random_uuid(), $1, name || ' Fill-up', 'A', target_balance, funding_schedule, '2026-11-01', '2026-11-01', '2026-11-01' FROM parents`);
const linkMany = query<object>(`
UPDATE budgets p SET fillup_goal_id = f.id FROM budgets f
WHERE f.bank_account_id = $1 AND f.budget_type = 'A' AND p.bank_account_id = $1 AND p.name || ' Fill-up' = f.name`);

test('500 budgets with their next funding cost three statements, the authentication included', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  await server.db.rows(insertMany, [account.id]);
  await server.db.rows(linkMany, [account.id]);
  server.statements.length = 0;
  const response = await user.http.get('/api/v1/budgets/?page_size=500');
  expect(server.statements).toHaveLength(3);
  const { count, results } = response.body as { count: number; results: { budget_type: string; next_funding: object | null }[] };
  expect([count, results.length]).toEqual([501, 500]);
  const funded = results.filter((budget) => budget.next_funding !== null);
  expect(funded).toHaveLength(250);
  expect(new Set(funded.map((budget) => budget.budget_type))).toEqual(new Set(['A']));
});
