import fc from 'fast-check';
import { expect, it } from 'vitest';

import { query } from '../../src/db/database.ts';
import { instantFromPostgres } from '../../src/db/row-values.ts';
import { useServer } from '../support/app.ts';

const server = useServer();
const echo = query<{ instant: string }>('SELECT unnest($1::timestamptz(3)[]) AS instant');

it('brings every instant back from Postgres as answers show it', async () => {
  const bounds = { min: new Date('1899-12-31T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true };
  const instants = fc.sample(fc.date(bounds), 2_000);
  const rows = await server.db.rows(echo, [instants]);
  expect(rows.map(({ instant }) => instant)).toEqual(instants.map((instant) => instant.toISOString()));
});

it.each([
  ['2026-11-20 08:00:00+00', '2026-11-20T08:00:00.000Z'],
  ['2026-11-20 08:00:00.1+00', '2026-11-20T08:00:00.100Z'],
  ['2026-11-20 08:00:00.123456+00', '2026-11-20T08:00:00.123Z'],
  ['2026-11-20 09:00:00.12+01', '2026-11-20T08:00:00.120Z'],
  ['2026-11-20 13:30:00+05:30', '2026-11-20T08:00:00.000Z'],
  ['2026-11-19 22:00:00-10', '2026-11-20T08:00:00.000Z'],
])('reads %s', (text, expected) => {
  expect(instantFromPostgres(text)).toBe(expected);
});

it.each(['10000-01-01 00:00:00+00', 'infinity'])('refuses %s', (text) => {
  expect(() => instantFromPostgres(text)).toThrow(RangeError);
});
