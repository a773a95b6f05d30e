import { describe, expect, test } from 'vitest';

import { query } from '../../../src/db/database.ts';
import { inTransaction } from '../../../src/mutations/transaction.ts';
import { lockBankAccount } from '../../../src/ledger/lock-bank-account.ts';
import { useServer } from '../../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createUser, HttpClient } from '../../support/factories.ts';
import { addOwner, expectSoundLedger } from '../../support/ledger.ts';
import { waitUntilBlocked } from '../../support/waiting.ts';
import { createFundedAccount, fundOn, importThrough, runFunding, type FundedAccount } from './funded-account.ts';

const server = useServer();

const FIXED = { funding_type: 'F', target_balance: '0', funding_amount: '10' };
const WEEKLY = { ...FIXED, name: 'Weekly', funding_schedule: 'FREQ=WEEKLY;BYDAY=MO' };

interface Transfer {
  id: string;
  actor: number;
  amount: string;
  effective_date: string;
  src_budget: string;
  dst_budget: string;
}

async function transfersOf(account: FundedAccount): Promise<Transfer[]> {
  const response = await account.user.http.get(`/api/v1/internal-transactions/?bank_account=${account.id}&ordering=created_at&page_size=500`);
  return (response.body as { results: Transfer[] }).results;
}

async function budgetsOf(account: FundedAccount): Promise<Map<string, { id: string; balance: string; complete: boolean }>> {
  const response = await account.user.http.get(`/api/v1/budgets/?bank_account=${account.id}`);
  return new Map((response.body as { results: { name: string; id: string; balance: string; complete: boolean }[] }).results.map((budget) => [budget.name, budget]));
}

const findEngine = query<{ id: number }>(`SELECT id FROM users WHERE username = 'funding-system'`);

describe('the report', () => {
  test('says what was done, event by event; the transfers are the engine\'s', async () => {
    const account = await createFundedAccount(server, {
      balance: '25',
      budgets: [
        WEEKLY,
        { ...FIXED, name: 'Resting', paused: true, funding_schedule: 'FREQ=WEEKLY;BYDAY=TU' },
        { name: 'Rent', budget_type: 'R', funding_type: 'F', funding_amount: '12', target_balance: '40', funding_schedule: 'FREQ=WEEKLY;BYDAY=WE', recurrance_schedule: 'FREQ=WEEKLY;BYDAY=TH', with_fillup_goal: true },
      ],
    });
    const report = await runFunding(account, '2026-12-01');
    const budgets = await budgetsOf(account);
    const transfers = await transfersOf(account);
    const idOf = (name: string): string | undefined => budgets.get(name)?.id;
    expect(report).toEqual({
      account: account.id,
      as_of: '2026-12-01',
      deferred: false,
      has_more: false,
      transfers: 4,
      warnings: [
        '2026-11-26 Rent: wanted 40.00 USD, but its fill-up held 12.00 USD, which was moved.',
        '2026-11-30 Weekly: wanted 10.00 USD, but Unallocated held 3.00 USD, which was moved.',
      ],
      skipped_budgets: ['Resting'],
      events: [
        { budget: idOf('Weekly'), kind: 'fund', date: '2026-11-23', wanted: '10.00', moved: '10.00', internal_transaction: transfers[0]?.id },
        { budget: idOf('Resting'), kind: 'fund', date: '2026-11-24', wanted: '0.00', moved: '0.00', internal_transaction: null },
        { budget: idOf('Rent'), kind: 'fund', date: '2026-11-25', wanted: '12.00', moved: '12.00', internal_transaction: transfers[1]?.id },
        { budget: idOf('Rent'), kind: 'recur', date: '2026-11-26', wanted: '40.00', moved: '12.00', internal_transaction: transfers[2]?.id },
        { budget: idOf('Weekly'), kind: 'fund', date: '2026-11-30', wanted: '10.00', moved: '3.00', internal_transaction: transfers[3]?.id },
        { budget: idOf('Resting'), kind: 'fund', date: '2026-12-01', wanted: '0.00', moved: '0.00', internal_transaction: null },
      ],
    });
    const engine = await server.db.row(findEngine);
    expect(transfers.map(({ actor, amount, src_budget, dst_budget }) => [actor, amount, src_budget, dst_budget])).toEqual([
      [engine?.id, '10.00', idOf('Unallocated'), idOf('Weekly')],
      [engine?.id, '12.00', idOf('Unallocated'), idOf('Rent Fill-up')],
      [engine?.id, '12.00', idOf('Rent Fill-up'), idOf('Rent')],
      [engine?.id, '3.00', idOf('Unallocated'), idOf('Weekly')],
    ]);
    expect(await runFunding(account, '2026-12-01')).toEqual({ account: account.id, as_of: '2026-12-01', deferred: false, has_more: false, transfers: 0, warnings: [], skipped_budgets: [], events: [] });
    await expectSoundLedger(server);
  });

  test.each([
    ['JPY', '100', ['33.00', '34.00', '33.00']],
    ['USD', '0.10', ['0.03', '0.04', '0.03']],
    ['KWD', '0.100', ['0.033', '0.034', '0.033']],
  ])('shows amounts in %s with its decimals, and the last date closes the gap', async (currency, target, moved) => {
    const account = await createFundedAccount(server, {
      currency,
      budgets: [{ name: 'Goal', funding_type: 'D', target_balance: target, target_date: '2026-12-07', funding_schedule: 'FREQ=WEEKLY;BYDAY=MO' }],
    });
    expect((await runFunding(account, '2026-12-31')).events.map((event) => event.moved)).toEqual(moved);
    expect((await budgetsOf(account)).get('Goal')?.complete).toBe(true);
    await expectSoundLedger(server);
  });
});

describe('the gate', () => {
  test('holds what lies beyond the last import, whatever as_of says; it moves with the import', async () => {
    const account = await createFundedAccount(server, { importedThrough: null, budgets: [WEEKLY] });
    expect(await runFunding(account, '2027-11-20')).toMatchObject({ deferred: true, events: [] });
    await importThrough(server, account, '2026-11-29');
    expect(await runFunding(account, '2027-11-20')).toMatchObject({ deferred: true, events: [{ date: '2026-11-23' }] });
    expect(await runFunding(account, '2026-11-29')).toMatchObject({ deferred: false, events: [] });
    await importThrough(server, account, '2026-11-30');
    expect(await runFunding(account, '2026-11-30')).toMatchObject({ deferred: false, events: [{ date: '2026-11-30' }] });
  });

  test('today is an event and tomorrow is not; an as_of in the past is as if it were that day', async () => {
    const account = await createFundedAccount(server, { budgets: [{ ...WEEKLY, funding_schedule: 'FREQ=DAILY' }] });
    const later = new HttpClient(server, account.user.token);
    server.clock.set('2026-11-23T08:00:00Z');
    const datesOf = async (body?: object): Promise<string[]> => {
      const response = await later.post(`/api/v1/bank-accounts/${account.id}/run-funding/`, body);
      return (response.body as { events: { date: string }[] }).events.map(({ date }) => date);
    };
    expect(await datesOf({ as_of: '2026-11-21' })).toEqual(['2026-11-21']);
    expect(await datesOf({ as_of: '2020-01-01' })).toEqual([]);
    expect(await datesOf({ as_of: null })).toEqual(['2026-11-22', '2026-11-23']);
    expect(await datesOf()).toEqual([]);
    server.clock.set('2026-11-20T08:00:00Z');
  });
});

describe('the owner\'s calendar', () => {
  test.each([
    // The night of the change to winter time, and to summer time; and a zone whose clocks change at midnight.
    ['America/New_York', '2026-11-01T12:00:00Z', ['2026-11-02T05:00:00.000Z', '2027-03-14T05:00:00.000Z', '2027-03-15T04:00:00.000Z']],
    ['Asia/Beirut', '2026-11-01T12:00:00Z', ['2026-11-01T22:00:00.000Z', '2027-03-27T22:00:00.000Z', '2027-03-28T21:00:00.000Z']],
    ['Pacific/Kiritimati', '2026-11-01T12:00:00Z', ['2026-11-02T10:00:00.000Z']],
  ])('in %s an event is effective at the first instant of its date', async (timezone, now, instants) => {
    server.clock.set(now);
    const account = await createFundedAccount(server, { timezone, balance: '100000', budgets: [{ ...WEEKLY, funding_schedule: 'FREQ=DAILY' }] });
    await runFunding(account, '2027-04-10');
    const effective = (await transfersOf(account)).map((transfer) => transfer.effective_date);
    expect(effective).toEqual(expect.arrayContaining(instants));
    server.clock.set('2026-11-20T08:00:00Z');
    await expectSoundLedger(server);
  });

  test('is that of the first active owner, and UTC when none is active', async () => {
    const first = await createUser(server, { timezone: 'Pacific/Kiritimati' });
    const second = await createUser(server, { timezone: 'Pacific/Pago_Pago' });
    const account = await createFundedAccount(server, { user: first, budgets: [WEEKLY] });
    await addOwner(server, account, second);
    const secondHttp = new HttpClient(server, second.token);
    const asOf = async (http: HttpClient): Promise<unknown> => ((await http.post(`/api/v1/bank-accounts/${account.id}/run-funding/`)).body as { as_of: string }).as_of;
    server.clock.set('2026-11-22T10:30:00Z');
    expect(await asOf(first.http)).toBe('2026-11-23');
    await server.db.prisma.user.update({ where: { id: first.id }, data: { isActive: false } });
    expect(await asOf(secondHttp)).toBe('2026-11-21');
    await server.db.prisma.user.update({ where: { id: second.id }, data: { isActive: false } });
    expect((await fundOn(server.db, server, account)).as_of).toBe('2026-11-22');
    server.clock.set('2026-11-20T08:00:00Z');
  });
});

describe('what a user changes between runs', () => {
  test('nothing that was not scheduled at the time is funded later: new schedules, pauses and re-opened goals begin today', async () => {
    const account = await createFundedAccount(server, { budgets: [WEEKLY, { ...WEEKLY, name: 'Resting', paused: true }, { ...WEEKLY, name: 'Goal', target_balance: '10' }] });
    const budgets = await budgetsOf(account);
    const change = async (name: string, fields: object): Promise<void> => {
      expect((await account.user.http.patch(`/api/v1/budgets/${budgets.get(name)?.id ?? ''}/`, fields)).status).toBe(200);
    };
    expect((await runFunding(account, '2026-11-24')).events).toHaveLength(3);
    server.clock.set('2026-12-15T12:00:00Z');
    await change('Weekly', { funding_schedule: 'FREQ=DAILY' });
    await change('Resting', { paused: false });
    await change('Goal', { target_balance: '30' });
    expect((await runFunding(account)).events).toEqual([]);
    server.clock.set('2026-12-21T12:00:00Z');
    const idOf = (name: string): string | undefined => budgets.get(name)?.id;
    const report = await runFunding(account);
    expect(report.events.filter(({ budget }) => budget === idOf('Weekly')).map(({ date }) => date)).toEqual(['2026-12-16', '2026-12-17', '2026-12-18', '2026-12-19', '2026-12-20', '2026-12-21']);
    expect(report.events.filter(({ budget }) => budget !== idOf('Weekly')).map(({ date, moved }) => [date, moved])).toEqual([['2026-12-21', '10.00'], ['2026-12-21', '10.00']]);
    server.clock.set('2026-11-20T08:00:00Z');
    await expectSoundLedger(server);
  });

  test('an archived budget gets nothing more, and a deleted one takes its events along', async () => {
    const account = await createFundedAccount(server, { budgets: [WEEKLY, { ...WEEKLY, name: 'Deleted' }] });
    await runFunding(account, '2026-11-23');
    const budgets = await budgetsOf(account);
    expect((await account.user.http.post(`/api/v1/budgets/${budgets.get('Weekly')?.id ?? ''}/archive/`)).status).toBe(200);
    expect((await account.user.http.delete(`/api/v1/budgets/${budgets.get('Deleted')?.id ?? ''}/`)).status).toBe(204);
    expect(await runFunding(account, '2027-11-23')).toMatchObject({ events: [], deferred: false });
    const response = await account.user.http.get(`/api/v1/funding-events/?bank_account=${account.id}`);
    expect(response.body).toMatchObject({ count: 1, results: [{ budget: budgets.get('Weekly')?.id }] });
    await expectSoundLedger(server);
  });

  test('shortage is judged by the balance at the time of the run, and back-dated events slot into the chains', async () => {
    const account = await createFundedAccount(server, { balance: '0', budgets: [WEEKLY] });
    await createTransaction(account.user, account, { amount: '15.00', posted_date: '2026-12-10T12:00:00Z' });
    await createTransaction(account.user, account, { amount: '-1.00', posted_date: '2026-11-25T12:00:00Z' });
    expect((await runFunding(account, '2026-12-01')).events.map(({ moved }) => moved)).toEqual(['10.00', '4.00']);
    await expectSoundLedger(server);
  });
});

describe('the request', () => {
  test('of a stranger is answered as if there were no such account, whatever its body', async () => {
    const account = await createFundedAccount(server, { budgets: [WEEKLY] });
    const stranger = await createUser(server, { staff: true });
    for (const body of [undefined, { as_of: '2026-12-01' }, { as_of: 'soon' }, { as_of: '9999-12-31' }]) {
      const foreign = await stranger.http.post(`/api/v1/bank-accounts/${account.id}/run-funding/`, body);
      const missing = await stranger.http.post('/api/v1/bank-accounts/0199f3a0-5c1e-7000-8000-000000000001/run-funding/', body);
      expect([foreign.status, foreign.text]).toEqual([404, missing.text]);
      expect(foreign.body).toEqual({ detail: 'Not found.' });
    }
    expect((await runFunding(account, '2026-11-23')).events).toHaveLength(1);
  });

  test.each([{ as_of: 'soon' }, { as_of: '2026-02-30' }, { as_of: 20261123 }, { as_of: '2026-11-23T00:00:00Z' }])('with %j is 400 on as_of', async (body) => {
    const account = await createFundedAccount(server, { budgets: [WEEKLY] });
    const response = await account.user.http.post(`/api/v1/bank-accounts/${account.id}/run-funding/`, body);
    expect([response.status, Object.keys(response.body as object)]).toEqual([400, ['as_of']]);
  });

  test('goes at most two years ahead in the owner\'s calendar; beyond that it is 400 on as_of and funds nothing', async () => {
    const account = await createFundedAccount(server, { timezone: 'Pacific/Kiritimati', budgets: [WEEKLY] });
    server.clock.set('2026-11-20T10:30:00Z');
    const path = `/api/v1/bank-accounts/${account.id}/run-funding/`;
    for (const asOf of ['2028-11-22', '2036-12-31', '9999-12-31']) {
      const response = await account.user.http.post(path, { as_of: asOf });
      expect([response.status, response.body]).toEqual([400, { as_of: ['Must lie within two years from today: 2028-11-21 at the latest.'] }]);
    }
    expect(await transfersOf(account)).toEqual([]);
    expect(await runFunding(account, '2028-11-21')).toMatchObject({ as_of: '2028-11-21', has_more: false });
    server.clock.set('2026-11-20T08:00:00Z');
  });

  const findRest = query<{ key: string }>(`SELECT key FROM graphile_worker.jobs WHERE key LIKE 'fund-account:%'`);

  test('with more than 5,000 events due does the earliest 5,000, says that there are more, and leaves them to a job', async () => {
    const budgets = Array.from({ length: 7 }, (_, index) => ({ ...FIXED, name: `Daily ${index}`, funding_amount: '1', funding_schedule: 'FREQ=DAILY' }));
    const account = await createFundedAccount(server, { balance: '100000', budgets });
    server.statements.length = 0;
    const first = await runFunding(account, '2028-11-20');
    // Others are served between the statements: none brings more than 500 rows. A transfer has two sides.
    for (const [table, statements] of [['internal_transactions', 10], ['funding_events', 10], ['budget_entries', 20]] as const) {
      expect(server.statements.filter((text) => text.includes(`INSERT INTO ${table} `))).toHaveLength(statements);
    }
    expect(first).toMatchObject({ has_more: true, transfers: 5_000, as_of: '2028-11-20' });
    expect(first.events).toHaveLength(5_000);
    expect(await server.db.rows(findRest)).toEqual([{ key: `fund-account:2028-11-20:${account.id}` }]);
    const second = await runFunding(account, '2028-11-20');
    expect(second).toMatchObject({ has_more: false, transfers: 7 * 731 - 5_000 });
    // Seven budgets a day: the cut is within a day, and nothing of that day is lost or done twice.
    expect(first.events.at(-1)?.date).toBe(second.events[0]?.date);
    await expectSoundLedger(server);
  });

  test('may be a form, in which empty text is no date', async () => {
    const account = await createFundedAccount(server, { budgets: [WEEKLY] });
    const path = `/api/v1/bank-accounts/${account.id}/run-funding/`;
    expect((await account.user.http.post(path).type('form').send({ as_of: '' })).body).toMatchObject({ as_of: '2026-11-20' });
    expect((await account.user.http.post(path).type('form').send({ as_of: '2026-11-23' })).body).toMatchObject({ transfers: 1 });
  });

  test('waits for the account\'s lock, and then sees what its holder has done', async () => {
    const user = await createUser(server);
    const account = await createBankAccount(server, user);
    await createBudget(user, account, WEEKLY);
    const { answer } = await inTransaction(server.db, async (tx) => {
      await lockBankAccount(tx, account.id);
      // Superagent sends only what someone waits for.
      const waiting = user.http.post(`/api/v1/bank-accounts/${account.id}/run-funding/`, { as_of: '2026-11-23' }).then((response) => response.body as { events: object[] });
      await waitUntilBlocked(server.config.databaseUrl ?? '', 1);
      await tx.rows(query('UPDATE bank_accounts SET last_posted_through = $2 WHERE id = $1'), [account.id, '2026-11-30']);
      return { answer: waiting };
    });
    expect((await answer).events).toMatchObject([{ date: '2026-11-23', wanted: '10.00', moved: '0.00' }]);
  });
});
