import { describe, expect, test } from 'vitest';

import { inTransaction } from '../../../src/mutations/transaction.ts';
import { lockBankAccount } from '../../../src/ledger/lock-bank-account.ts';
import { useServer } from '../../support/app.ts';
import { createUser, HttpClient } from '../../support/factories.ts';
import { expectSoundLedger } from '../../support/ledger.ts';
import { createFundedAccount, daysThrough, fundedState, fundOn, importThrough, type FundedAccount } from './funded-account.ts';

const server = useServer();

interface Forecast {
  until: string;
  events: { budget: string; kind: string; date: string; wanted: string; moved: string; balances: { budget: string; balance: string }[] }[];
  balances: { budget: string; balance: string }[];
  warnings: string[];
}

async function forecastOf(account: FundedAccount, query = ''): Promise<Forecast> {
  const response = await account.user.http.get(`/api/v1/bank-accounts/${account.id}/funding-forecast/${query}`);
  if (response.status !== 200) throw new Error(`${response.status}: ${response.text}`);
  return response.body as Forecast;
}

async function balancesOf(account: FundedAccount): Promise<Record<string, string>> {
  const response = await account.user.http.get(`/api/v1/budgets/?bank_account=${account.id}`);
  return Object.fromEntries((response.body as { results: { id: string; balance: string }[] }).results.map(({ id, balance }) => [id, balance]));
}

describe('the engine, played day by day through a year', () => {
  test('does what the forecast said, and what one run at the end does', async () => {
    const account = await createFundedAccount(server, { timezone: 'America/New_York', balance: '4000', importedThrough: null });
    const atOnce = await createFundedAccount(server, { timezone: 'America/New_York', balance: '4000' });
    const until = '2027-11-20';
    const forecast = await forecastOf(account, `?until=${until}`);
    expect(forecast.events.length).toBeGreaterThan(200);
    expect(forecast.warnings.length).toBeGreaterThan(0);

    const events: object[] = [];
    const warnings: string[] = [];
    for (const day of daysThrough('2026-11-20', until)) {
      server.clock.set(`${day}T17:00:00Z`);
      await importThrough(server, account, day);
      const report = await fundOn(server.db, server, account);
      expect(report).toMatchObject({ as_of: day, deferred: false });
      events.push(...report.events);
      warnings.push(...report.warnings);
    }
    expect(events).toEqual(forecast.events.map(({ budget, kind, date, wanted, moved }) => ({ budget, kind, date, wanted, moved, internal_transaction: Number(moved) === 0 ? null : (expect.any(String) as string) })));
    expect(warnings).toEqual(forecast.warnings);
    expect(Object.fromEntries(forecast.balances.map(({ budget, balance }) => [budget, balance]))).toEqual(await balancesOf(account));

    await fundOn(server.db, server, atOnce, until);
    expect(await fundedState(server, atOnce)).toEqual(await fundedState(server, account));
    server.clock.set('2026-11-20T08:00:00Z');
    await expectSoundLedger(server);
  });
});

describe('a forecast', () => {
  test('shows what the two budgets hold after each event, and what waits at the gate, too', async () => {
    const budgets = [{ name: 'Daily', funding_type: 'F', target_balance: '0', funding_amount: '10', funding_schedule: 'FREQ=DAILY' }];
    const account = await createFundedAccount(server, { budgets, balance: '25', importedThrough: null });
    const [daily] = Object.keys(await balancesOf(account)).filter((id) => id !== account.unallocated_budget);
    server.clock.set('2026-11-22T08:00:00Z');
    const forecast = await forecastOf(account, '?until=2026-11-23');
    const after = (unallocated: string, balance: string): object[] => [{ budget: account.unallocated_budget, balance: unallocated }, { budget: daily, balance }];
    expect(forecast).toEqual({
      account: account.id,
      currency: 'USD',
      until: '2026-11-23',
      events: [
        { budget: daily, kind: 'fund', date: '2026-11-21', wanted: '10.00', moved: '10.00', balances: after('15.00', '10.00') },
        { budget: daily, kind: 'fund', date: '2026-11-22', wanted: '10.00', moved: '10.00', balances: after('5.00', '20.00') },
        { budget: daily, kind: 'fund', date: '2026-11-23', wanted: '10.00', moved: '5.00', balances: after('0.00', '25.00') },
      ],
      balances: expect.arrayContaining(after('0.00', '25.00')) as object[],
      warnings: ['2026-11-23 Daily: wanted 10.00 USD, but Unallocated held 5.00 USD, which was moved.'],
    });
    expect(await fundedState(server, account)).toMatchObject({ events: [], transfers: [] });
    for (const query of ['', '?until=']) expect((await forecastOf(account, query)).until).toBe('2027-02-22');
    server.clock.set('2026-11-20T08:00:00Z');
  });

  test.each([
    ['2026-11-19', 'Must not lie in the past.'],
    ['2028-11-21', 'Must lie within two years from today: 2028-11-20 at the latest.'],
    ['soon', expect.any(String) as string],
    ['2027-02-30', expect.any(String) as string],
  ])('until %s is 400 on until', async (until, message) => {
    const account = await createFundedAccount(server);
    const response = await account.user.http.get(`/api/v1/bank-accounts/${account.id}/funding-forecast/?until=${until}`);
    expect([response.status, response.body]).toEqual([400, { until: [message] }]);
    expect((await forecastOf(account, '?until=2028-11-20')).until).toBe('2028-11-20');
    expect((await forecastOf(account, '?until=2026-11-20')).events).toEqual([]);
  });

  test('of more than 5,000 events is 400 on until, which says how far one may ask', async () => {
    const budgets = Array.from({ length: 7 }, (_, index) => ({ name: `Daily ${index}`, funding_type: 'F', target_balance: '0', funding_amount: '1', funding_schedule: 'FREQ=DAILY' }));
    const account = await createFundedAccount(server, { budgets });
    const path = `/api/v1/bank-accounts/${account.id}/funding-forecast/`;
    const refused = await account.user.http.get(`${path}?until=2028-11-20`);
    expect([refused.status, refused.body]).toEqual([400, { until: ['There are more than 5000 events until then: 2028-11-03 at the latest.'] }]);
    expect((await forecastOf(account, '?until=2028-11-03')).events).toHaveLength(7 * 714);
    expect((await account.user.http.get(`${path}?until=2028-11-04`)).status).toBe(400);
    // Two years in which nothing was funded.
    server.clock.set('2028-11-20T08:00:00Z');
    const later = new HttpClient(server, account.user.token);
    const stuck = await later.get(path);
    expect([stuck.status, stuck.body]).toEqual([400, { until: ['More than 5000 events through today are not funded yet: there is no forecast before they are.'] }]);
    server.clock.set('2026-11-20T08:00:00Z');
  });

  test('of a stranger\'s account is answered as if there were none', async () => {
    const account = await createFundedAccount(server);
    const stranger = await createUser(server, { staff: true });
    const foreign = await stranger.http.get(`/api/v1/bank-accounts/${account.id}/funding-forecast/`);
    const missing = await stranger.http.get('/api/v1/bank-accounts/0199f3a0-5c1e-7000-8000-000000000001/funding-forecast/');
    expect([foreign.status, foreign.text]).toEqual([404, missing.text]);
  });

  test('neither waits for the account\'s lock nor takes it', async () => {
    const account = await createFundedAccount(server);
    await inTransaction(server.db, async (tx) => {
      await lockBankAccount(tx, account.id);
      expect((await forecastOf(account)).events.length).toBeGreaterThan(0);
    });
  });
});
