import fc from 'fast-check';
import { expect, it } from 'vitest';

import { statement } from '../../src/db/database.ts';
import { instantText } from '../../src/db/row-values.ts';
import { useServer } from '../support/app.ts';

const server = useServer();
const echo = statement<{ instant: string }>('SELECT unnest($1::timestamptz(3)[]) AS instant');

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
])('reads %s', (text, expected) => {
  expect(instantText(text)).toBe(expected);
});

it.each(['2026-11-20 09:00:00+01', '10000-01-01 00:00:00+00', 'infinity'])('refuses %s', (text) => {
  expect(() => instantText(text)).toThrow(RangeError);
});
