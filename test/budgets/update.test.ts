import { expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { addOwner } from '../support/ledger.ts';

const server = useServer();

const PATH = '/api/v1/budgets/';
const WEEKLY = 'RRULE:FREQ=WEEKLY';
const MONTHLY = 'RRULE:FREQ=MONTHLY';

async function setUp(): Promise<{ user: TestUser; account: TestBankAccount }> {
  server.clock.set('2026-11-20T08:00:00.000Z');
  const user = await createUser(server);
  return { user, account: await createBankAccount(server, user, { posted_balance: '1000' }) };
}

async function patch(user: TestUser, id: string, changes: object): Promise<Record<string, unknown>> {
  const response = await user.http.patch(`${PATH}${id}/`, changes);
  expect([response.status, response.text]).toEqual([200, expect.anything()]);
  return response.body as Record<string, unknown>;
}

const findFloors = query<{ funding_floor: string; recurrence_floor: string; schedule_anchor: string }>(
  'SELECT funding_floor, recurrence_floor, schedule_anchor FROM budgets WHERE id = $1',
);

test('what is sent changes, what is absent stays, in PUT and PATCH', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { memo: 'm', funding_amount: '5', target_date: '2027-01-01', auto_spend: [1], color: '3B82F6', funding_schedule: WEEKLY });
  expect(budget).toMatchObject({ color: '3b82f6' });
  const renamed = await patch(user, budget.id, { name: 'Renamed', memo: null, auto_spend: null, funding_amount: null });
  expect(renamed).toEqual({ ...budget, name: 'Renamed', memo: null, auto_spend: null, funding_amount: null, next_funding: renamed['next_funding'] });
  const put = await user.http.put(`${PATH}${budget.id}/`, { name: 'Put', bank_account: account.id, target_balance: '7' });
  expect(put.body).toMatchObject({ name: 'Put', color: '3b82f6', target_balance: '7.00', target_date: '2027-01-01', funding_schedule: WEEKLY });
  const whole = (await user.http.get(`${PATH}${budget.id}/`)).body as object;
  expect((await user.http.put(`${PATH}${budget.id}/`, whole)).body).toEqual(whole);
  expect(await patch(user, budget.id, { color: null })).toMatchObject({ color: null });
  const incomplete = await user.http.put(`${PATH}${budget.id}/`, {});
  expect([incomplete.status, Object.keys(incomplete.body as object).sort()]).toEqual([400, ['bank_account', 'name', 'target_balance']]);
});

test('no schedule is empty text for funding; for recurrences null stays null and empty text stays empty', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { budget_type: 'R', funding_schedule: WEEKLY, recurrance_schedule: MONTHLY });
  expect(await patch(user, budget.id, { funding_schedule: null, recurrance_schedule: null })).toMatchObject({ funding_schedule: '', recurrance_schedule: null });
  expect(await patch(user, budget.id, { recurrance_schedule: '' })).toMatchObject({ recurrance_schedule: '' });
});

test('account and type are fixed', async () => {
  const { user, account } = await setUp();
  const other = await createBankAccount(server, user);
  const budget = await createBudget(user, account);
  expect(await patch(user, budget.id, { bank_account: account.id.toUpperCase(), budget_type: 'G' })).toEqual(budget);
  const refused = await user.http.patch(`${PATH}${budget.id}/`, { bank_account: other.id, budget_type: 'C' });
  const fixed = ['This field cannot be changed after creation.'];
  expect([refused.status, refused.body]).toEqual([400, { bank_account: fixed, budget_type: fixed }]);
});

test('Unallocated keeps its name, cannot be archived or deleted, and is never funded', async () => {
  const { user, account } = await setUp();
  const path = `${PATH}${account.unallocated_budget}/`;
  const renamed = await user.http.patch(path, { name: 'Free money' });
  expect([renamed.status, Object.keys(renamed.body as object)]).toEqual([400, ['name']]);
  expect((await user.http.post(`${path}archive/`)).status).toBe(403);
  expect((await user.http.delete(path)).status).toBe(403);
  const changed = await patch(user, account.unallocated_budget, {
    name: 'Unallocated',
    memo: 'To be assigned',
    target_balance: '10',
    funding_type: 'F',
    funding_amount: '5',
    funding_schedule: WEEKLY,
    with_fillup_goal: true,
  });
  expect(changed).toMatchObject({ memo: 'To be assigned', balance: '1000.00', complete: false, fillup_goal: null, next_funding: null });
});

test("another user's budget is 404, byte for byte like a missing one, whatever the body", async () => {
  const { user, account } = await setUp();
  const stranger = await createUser(server);
  const budget = await createBudget(user, account);
  const missing = '0199f3a0-5c1e-7000-8000-000000000001';
  for (const [method, suffix, body] of [
    ['get', '', undefined],
    ['patch', '', { name: 'Mine' }],
    ['patch', '', { name: '' }],
    ['put', '', {}],
    ['delete', '', undefined],
    ['post', 'archive/', undefined],
  ] as const) {
    const send = (id: string): ReturnType<typeof stranger.http.get> =>
      method === 'get' ? stranger.http.get(`${PATH}${id}/${suffix}`) : stranger.http[method](`${PATH}${id}/${suffix}`, body);
    const [foreign, none] = [await send(budget.id), await send(missing)];
    expect([foreign.status, none.status]).toEqual([404, 404]);
    expect(foreign.text).toBe(none.text);
  }
  expect((await user.http.get(`${PATH}${budget.id}/`)).body).toEqual(budget);
});

// What the budget holds, its target before and after → complete before and after.
test.each([
  ['G', '100', '100', '150', true, false],
  ['G', '100', '100', '90', true, true],
  ['G', '50', '100', '40', false, true],
  ['G', '50', '100', '0', false, false],
  ['R', '100', '100', '100.01', true, false],
  ['R', '120', '100', '110', true, true],
  ['C', '100', '100', '150', true, false],
  ['C', '100', '150', '100', false, true],
  ['C', '100', '100', '0', true, false],
] as const)('%s holding %s: target %s → %s makes complete %s → %s', async (type, held, before, after, wasComplete, isComplete) => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { budget_type: type, target_balance: before });
  await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: held });
  expect((await user.http.get(`${PATH}${budget.id}/`)).body).toMatchObject({ complete: wasComplete });
  expect(await patch(user, budget.id, { target_balance: after })).toMatchObject({ complete: isComplete });
});

test('a goal that was reached stays complete when its money is spent, until its target is raised above the balance', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { target_balance: '100' });
  await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: '100' });
  await createTransfer(user, account, budget.id, account.unallocated_budget, { amount: '60' });
  expect(await patch(user, budget.id, { target_balance: '50' })).toMatchObject({ complete: true });
  expect(await patch(user, budget.id, { target_balance: '50.01' })).toMatchObject({ complete: false });
});

test.each([
  ['another funding schedule', { funding_schedule: 'FREQ=DAILY' }, '2026-12-24', '2026-11-20'],
  ['another recurrence', { recurrance_schedule: 'FREQ=YEARLY' }, '2026-11-20', '2026-12-24'],
  ['the same schedules in other words', { funding_schedule: 'FREQ=WEEKLY\r\n', recurrance_schedule: 'rrule:FREQ=MONTHLY' }, '2026-11-20', '2026-11-20'],
  ['an end of the pause', { paused: false }, '2026-12-24', '2026-12-24'],
  ['anything else', { name: 'Other', target_balance: '500', funding_type: 'F', paused: true }, '2026-11-20', '2026-11-20'],
])('floors: %s', async (_change, changes, fundingFloor, recurrenceFloor) => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { budget_type: 'R', paused: true, funding_schedule: WEEKLY, recurrance_schedule: MONTHLY });
  server.clock.set('2026-12-24T08:00:00.000Z');
  await patch(user, budget.id, changes);
  expect(await server.db.row(findFloors, [budget.id])).toEqual({ funding_floor: fundingFloor, recurrence_floor: recurrenceFloor, schedule_anchor: '2026-11-20' });
});

test('a goal that is re-opened is funded from then on only', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { target_balance: '100', funding_schedule: WEEKLY, target_date: '2027-01-01' });
  await createTransfer(user, account, account.unallocated_budget, budget.id, { amount: '100' });
  server.clock.set('2026-12-24T08:00:00.000Z');
  expect(await patch(user, budget.id, { target_balance: '120' })).toMatchObject({
    complete: false,
    next_funding: { date: '2026-12-25', amount: '10.00', deferred: true },
  });
});

test("a floor's today is that of the owner of longest standing who is active", async () => {
  const { user, account } = await setUp();
  const [west, east] = [await createUser(server, { timezone: 'Pacific/Honolulu' }), await createUser(server, { timezone: 'Pacific/Kiritimati' })];
  await addOwner(server, account, west);
  await addOwner(server, account, east);
  server.clock.set('2026-12-24T02:00:00.000Z');
  const budget = await createBudget(user, account, { paused: true });
  await server.db.prisma.user.update({ where: { id: user.id }, data: { isActive: false } });
  const floorAfter = async (changes: object): Promise<string | undefined> => {
    await patch(east, budget.id, changes);
    return (await server.db.row(findFloors, [budget.id]))?.funding_floor;
  };
  server.clock.set('2026-12-25T02:00:00.000Z');
  expect(await floorAfter({ paused: false })).toBe('2026-12-24');
  await server.db.prisma.user.update({ where: { id: west.id }, data: { isActive: false } });
  expect(await floorAfter({ funding_schedule: WEEKLY })).toBe('2026-12-25');
});

test('concurrent changes of different fields are all kept', async () => {
  const { user, account } = await setUp();
  const budget = await createBudget(user, account, { budget_type: 'R' });
  const changes = [{ name: 'N' }, { memo: 'M' }, { paused: true }, { target_date: '2027-05-05' }, { funding_amount: '9' }, { with_fillup_goal: true }];
  const responses = await Promise.all(changes.map((change) => user.http.patch(`${PATH}${budget.id}/`, change)));
  expect(responses.map((response) => response.status)).toEqual(changes.map(() => 200));
  const after = (await user.http.get(`${PATH}${budget.id}/`)).body as { fillup_goal: string };
  expect(after).toMatchObject({ name: 'N', memo: 'M', paused: true, target_date: '2027-05-05', funding_amount: '9.00', with_fillup_goal: true });
  expect((await user.http.get(`${PATH}${after.fillup_goal}/`)).body).toMatchObject({ name: 'N Fill-up', paused: true });
});
