import { beforeAll, describe, expect, test } from 'vitest';

import { useServer } from '../../support/app.ts';
import { createUser } from '../../support/factories.ts';
import { createFundedAccount, runFunding, type FundedAccount } from './funded-account.ts';

const server = useServer();

interface FundingEvent {
  id: string;
  budget: string;
  bank_account: string;
  kind: string;
  date: string;
  created_at: string;
}

interface Page {
  count: number;
  next: string | null;
  results: FundingEvent[];
}

let account: FundedAccount;
let other: FundedAccount;
let budget: string;
beforeAll(async () => {
  account = await createFundedAccount(server, { balance: '1000' });
  other = await createFundedAccount(server, { user: account.user, budgets: [{ name: 'Only', funding_type: 'F', funding_amount: '1', funding_schedule: 'FREQ=DAILY' }] });
  await runFunding(account, '2026-12-15');
  server.clock.set('2026-11-20T09:00:00Z');
  await runFunding(account, '2027-01-31');
  await runFunding(other, '2026-11-25');
  const response = await account.user.http.get(`/api/v1/budgets/?bank_account=${account.id}&search=Rent&budget_type=R`);
  budget = (response.body as { results: { id: string }[] }).results[0]?.id ?? '';
});

async function list(query = ''): Promise<Page> {
  const response = await account.user.http.get(`/api/v1/funding-events/${query}`);
  expect(response.status).toBe(200);
  return response.body as Page;
}

test('an event says what was wanted, what was moved, by which transfer, and why not', async () => {
  const { results } = await list(`?bank_account=${account.id}&budget=${budget}&kind=recur&date_from=2026-11-28&date_to=2026-11-28`);
  expect(results).toEqual([
    {
      id: expect.any(String) as string,
      bank_account: account.id,
      budget,
      kind: 'recur',
      date: '2026-11-28',
      wanted: '500.00',
      wanted_currency: 'USD',
      moved: '150.00',
      moved_currency: 'USD',
      skipped: false,
      warning: '2026-11-28 Rent: wanted 500.00 USD, but its fill-up held 150.00 USD, which was moved.',
      internal_transaction: expect.any(String) as string,
      created_at: '2026-11-20T08:00:00.000Z',
    },
  ]);
  const skipped = (await list(`?bank_account=${account.id}`)).results.filter((event) => 'skipped' in event && event.skipped === true);
  expect(skipped.length).toBeGreaterThan(5);
  expect(skipped[0]).toMatchObject({ wanted: '0.00', moved: '0.00', internal_transaction: null, warning: null });
});

test('newest dates come first; pages repeat and skip nothing, in any order', async () => {
  const { count, results } = await list('?page_size=500');
  expect(results).toHaveLength(count);
  expect(results.map(({ date }) => date)).toEqual(results.map(({ date }) => date).sort().reverse());
  for (const ordering of ['', 'date', '-date', 'created_at', '-created_at,date', 'nonsense']) {
    const ids: string[] = [];
    for (let page = 1; page <= Math.ceil(count / 7); page += 1) ids.push(...(await list(`?page_size=7&page=${page}&ordering=${ordering}`)).results.map(({ id }) => id));
    expect(new Set(ids).size).toBe(count);
    expect(ids).toEqual((await list(`?page_size=500&ordering=${ordering}`)).results.map(({ id }) => id));
  }
});

describe('a filter', () => {
  test.each<[string, () => string, (event: FundingEvent) => boolean]>([
    ['bank_account', () => `bank_account=${other.id}`, (event) => event.bank_account === other.id],
    ['budget', () => `budget=${budget}`, (event) => event.budget === budget],
    ['kind', () => 'kind=recur', (event) => event.kind === 'recur'],
    ['date_from', () => 'date_from=2026-12-15', (event) => event.date >= '2026-12-15'],
    ['date_to', () => 'date_to=2026-11-30', (event) => event.date <= '2026-11-30'],
    ['all together', () => `bank_account=${account.id}&budget=${budget}&kind=fund&date_from=2026-12-01&date_to=2026-12-31`, (event) => event.budget === budget && event.kind === 'fund' && event.date.startsWith('2026-12')],
    ['a range across the middle', () => 'date_from=2026-11-25&date_to=2027-01-10', (event) => event.date >= '2026-11-25' && event.date <= '2027-01-10'],
    ['budget and a range', () => `budget=${budget}&date_from=2026-12-01`, (event) => event.budget === budget && event.date >= '2026-12-01'],
    ['empty text', () => 'bank_account=&budget=&kind=&date_from=&date_to=', () => true],
  ])('by %s gives exactly those events', async (_, query, belongs) => {
    const all = (await list('?page_size=500')).results;
    const expected = all.filter(belongs);
    expect(expected.length).toBeGreaterThan(0);
    expect(await list(`?page_size=500&${query()}`)).toMatchObject({ count: expected.length, results: expected });
  });

  test('by a range that ends before it begins, or lies where there is nothing, gives none', async () => {
    for (const query of ['date_from=2026-12-31&date_to=2026-12-01', 'date_to=2026-11-20', 'date_from=2027-02-01']) {
      expect(await list(`?${query}`)).toEqual({ count: 0, next: null, previous: null, results: [] });
    }
  });

  test.each(['bank_account=nonsense', 'budget=1', 'kind=FUND', 'date_from=yesterday', 'date_to=2026-02-30'])('%s is 400 on that parameter', async (query) => {
    const response = await account.user.http.get(`/api/v1/funding-events/?${query}`);
    expect([response.status, Object.keys(response.body as object)]).toEqual([400, [query.split('=')[0]]]);
  });

  test('that names a stranger\'s account or budget gives an empty list, as does a stranger\'s own list', async () => {
    const stranger = await createUser(server, { staff: true });
    for (const query of ['', `?bank_account=${account.id}`, `?budget=${budget}`]) {
      const response = await stranger.http.get(`/api/v1/funding-events/${query}`);
      expect([response.status, response.body]).toEqual([200, { count: 0, next: null, previous: null, results: [] }]);
    }
  });
});
