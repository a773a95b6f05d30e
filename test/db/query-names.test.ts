import { expect, it } from 'vitest';

import { QueryNames } from '../../src/db/query-names.ts';
import { useServer } from '../support/app.ts';
import { createUser } from '../support/factories.ts';

const server = useServer();

it('names so many texts and no more, each always alike and each differently', () => {
  const names = new QueryNames(2);
  const [first, second, third] = ['SELECT 1', 'SELECT 2', 'SELECT 3'].map((text) => names.nameOf(text));
  expect([names.nameOf('SELECT 1'), names.nameOf('SELECT 2'), names.nameOf('SELECT 3')]).toEqual([first, second, third]);
  expect([typeof first, typeof second, third, first === second]).toEqual(['string', 'string', undefined, false]);
  expect(new QueryNames(1).nameOf('SELECT 1')).toBe(first);
});

it('a client that combines filters and orders cannot make Postgres keep a statement for each', async () => {
  const { http } = await createUser(server);
  // In orders that begin with the date, with filters that are no search: others are planned each time anyway.
  const ways = (field: string): string[] => [field, `-${field}`];
  const pairs = ways('transaction_date').flatMap((first) => [...ways('amount'), ...ways('created_at')].map((second) => `${first},${second}`));
  const orders = pairs.flatMap((pair) => [pair, ...ways(pair.endsWith('amount') ? 'created_at' : 'amount').map((third) => `${pair},${third}`)]);
  const filters = ['pending=true', 'transaction_type=ach', 'date_from=2026-01-01', 'date_to=2026-01-01', 'posted_date_from=2026-01-01', 'posted_date_to=2026-01-01'];
  const combinations = Array.from({ length: 2 ** filters.length }, (_, bits) => filters.filter((_filter, index) => (bits & (2 ** index)) !== 0).join('&'));
  for (const order of orders) {
    for (const combination of combinations) await http.get(`/api/v1/transactions/?ordering=${order}&${combination}`).expect(200);
  }
  const clients = await Promise.all(Array.from({ length: 5 }, () => server.db.pool.connect()));
  const kept = await Promise.all(clients.map((client) => client.query<{ count: number }>('SELECT count(*)::int AS count FROM pg_prepared_statements')));
  for (const client of clients) client.release();
  expect(Math.max(...kept.map(({ rows }) => rows[0]?.count ?? 0))).toBeLessThanOrEqual(500);
}, 120_000);
