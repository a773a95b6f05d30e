import { expect, test } from 'vitest';

import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();

const PATH = '/api/v1/budgets/';
const WEEKLY = 'RRULE:FREQ=WEEKLY';

interface Budget {
  id: string;
  name: string;
  fillup_goal: string | null;
}

async function setUp(fields: object = {}): Promise<{ user: TestUser; account: TestBankAccount; parent: Budget; fillup: Budget }> {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { posted_balance: '1000' });
  const parent = await createBudget(user, account, {
    name: 'Insurance',
    budget_type: 'R',
    with_fillup_goal: true,
    target_balance: '300',
    funding_schedule: WEEKLY,
    recurrance_schedule: 'RRULE:FREQ=YEARLY',
    ...fields,
  });
  return { user, account, parent, fillup: await read(user, parent.fillup_goal ?? '') };
}

async function read(user: TestUser, id: string): Promise<Budget> {
  return (await user.http.get(`${PATH}${id}/`)).body as Budget;
}

async function patch(user: TestUser, id: string, changes: object): Promise<Budget> {
  const response = await user.http.patch(`${PATH}${id}/`, changes);
  expect([response.status, response.text]).toEqual([200, expect.anything()]);
  return response.body as Budget;
}

test('a recurring budget that wants one gets a fill-up, which shows the next funding in its stead', async () => {
  const { account, parent, fillup } = await setUp({ paused: false, funding_type: 'F', funding_amount: '25' });
  expect(parent).toMatchObject({ with_fillup_goal: true, fillup_goal: fillup.id, next_funding: null });
  expect(fillup).toMatchObject({
    name: 'Insurance Fill-up',
    bank_account: account.id,
    budget_type: 'A',
    balance: '0.00',
    target_balance: '300.00',
    funding_schedule: WEEKLY,
    recurrance_schedule: null,
    paused: false,
    fillup_goal: null,
    next_funding: { date: '2026-11-27', amount: '25.00', amount_currency: 'USD', deferred: true },
  });
});

test('on goals and capped budgets the flag is stored and has no effect', async () => {
  const { user, account } = await setUp();
  for (const type of ['G', 'C']) {
    const budget = await createBudget(user, account, { budget_type: type, with_fillup_goal: true });
    expect(budget).toMatchObject({ with_fillup_goal: true, fillup_goal: null });
    expect(await patch(user, budget.id, { with_fillup_goal: false })).toMatchObject({ with_fillup_goal: false, fillup_goal: null });
  }
});

test('a long name is cut so that the fill-up\'s fits', async () => {
  const { fillup } = await setUp({ name: '💶'.repeat(200) });
  expect(fillup.name).toBe(`${'💶'.repeat(192)} Fill-up`);
});

test('name, target, funding schedule and pause of the parent stay mirrored; complete follows the target', async () => {
  const { user, account, parent, fillup } = await setUp();
  await createTransfer(user, account, account.unallocated_budget, fillup.id, { amount: '100' });
  await patch(user, parent.id, { name: 'Car', target_balance: '100', funding_schedule: 'FREQ=DAILY', paused: true });
  expect(await read(user, fillup.id)).toMatchObject({
    name: 'Car Fill-up',
    target_balance: '100.00',
    funding_schedule: 'RRULE:FREQ=DAILY',
    paused: true,
    complete: true,
    next_funding: null,
  });
  await patch(user, parent.id, { target_balance: '101' });
  expect(await read(user, fillup.id)).toMatchObject({ complete: false });
});

test('on a fill-up the mirrored fields are fixed, and say whose they are; its memo is free', async () => {
  const { user, parent, fillup } = await setUp();
  const refused = await user.http.patch(`${PATH}${fillup.id}/`, { name: 'Mine', target_balance: '1', funding_schedule: '', paused: true });
  const owner = [expect.stringContaining(`"Insurance" (${parent.id})`)];
  expect([refused.status, refused.body]).toEqual([400, { name: owner, target_balance: owner, funding_schedule: owner, paused: owner }]);
  const whole = { ...(await read(user, fillup.id)), memo: 'Collects for May' };
  const put = await user.http.put(`${PATH}${fillup.id}/`, whole);
  expect([put.status, put.body]).toMatchObject([200, { name: 'Insurance Fill-up', memo: 'Collects for May' }]);
});

test('a fill-up is archived and deleted only through its parent', async () => {
  const { user, parent, fillup } = await setUp();
  for (const response of [await user.http.post(`${PATH}${fillup.id}/archive/`), await user.http.delete(`${PATH}${fillup.id}/`)]) {
    expect(response.status).toBe(400);
    expect(response.body).toEqual({ detail: expect.stringContaining(`"Insurance" (${parent.id})`) as string });
  }
});

test('switching the flag off archives the fill-up and brings its money back; on again makes a new one', async () => {
  const { user, account, parent, fillup } = await setUp();
  await createTransfer(user, account, account.unallocated_budget, fillup.id, { amount: '40' });
  expect(await patch(user, parent.id, { with_fillup_goal: false })).toMatchObject({ with_fillup_goal: false, fillup_goal: null });
  expect(await read(user, fillup.id)).toMatchObject({ archived: true, balance: '0.00', name: 'Insurance Fill-up' });
  expect(await read(user, account.unallocated_budget)).toMatchObject({ balance: '1000.00' });
  const again = await patch(user, parent.id, { with_fillup_goal: true });
  expect(again.fillup_goal).not.toBe(fillup.id);
  expect(await read(user, again.fillup_goal ?? '')).toMatchObject({ archived: false, name: 'Insurance Fill-up', budget_type: 'A' });
  // Without a parent it can be deleted.
  expect((await user.http.delete(`${PATH}${fillup.id}/`)).status).toBe(204);
  expect(await read(user, parent.id)).toMatchObject({ fillup_goal: again.fillup_goal });
  await expectSoundLedger(server);
});

test('an archived recurring budget cannot get a fill-up', async () => {
  const { user, parent } = await setUp({ with_fillup_goal: false });
  await user.http.post(`${PATH}${parent.id}/archive/`);
  const response = await user.http.patch(`${PATH}${parent.id}/`, { with_fillup_goal: true });
  expect([response.status, Object.keys(response.body as object)]).toEqual([400, ['with_fillup_goal']]);
});

test('of concurrent switches on only one makes a fill-up', async () => {
  const { user, account, parent } = await setUp({ with_fillup_goal: false });
  await Promise.all(Array.from({ length: 6 }, () => patch(user, parent.id, { with_fillup_goal: true })));
  const fillups = await user.http.get(`${PATH}?budget_type=A&bank_account=${account.id}`);
  expect(fillups.body).toMatchObject({ count: 1, results: [{ id: (await read(user, parent.id)).fillup_goal }] });
});
