import { expect, it } from 'vitest';
import { deriveTransactionDate } from '../../src/transactions/transaction-date.ts';

it.each([
  ['CHECKCARD 11/18 COFFEE', '2026-11-20T15:30:00Z', '2026-11-18'],
  ['PURCHASE 4/7 BAKERY', '2026-04-08T00:00:00Z', '2026-04-07'],
  ['CHECK FOR $45.33 ON 04/07/11', '2011-04-07T12:00:00Z', '2011-04-07'],
  ['POSTED THE SAME DAY 11/20', '2026-11-20T15:30:00Z', '2026-11-20'],
  ['SEVEN DAYS AGO 11/13', '2026-11-20T15:30:00Z', '2026-11-13'],
  ['NEW YEAR 12/30', '2027-01-02T08:00:00Z', '2026-12-30'],
  ['NEW YEAR 01/01', '2027-01-02T08:00:00Z', '2027-01-01'],
  ['LEAP DAY 2/29', '2028-03-01T08:00:00Z', '2028-02-29'],
  ['(11/18)-PAREN', '2026-11-20T15:30:00Z', '2026-11-18'],
])('"%s", posted %s, was made on %s', (rawDescription, posted, expected) => {
  expect(deriveTransactionDate(rawDescription, new Date(posted), 'UTC').toISOString()).toBe(`${expected}T00:00:00.000Z`);
});

it.each([
  ['NO DAY AT ALL', '2026-11-20T15:30:00.123Z'],
  ['', '2026-11-20T15:30:00Z'],
  ['EIGHT DAYS AGO 11/12', '2026-11-20T15:30:00Z'],
  ['TOMORROW 11/21', '2026-11-20T15:30:00Z'],
  ['NO SUCH DAY 2/29', '2027-03-01T08:00:00Z'],
  ['NO SUCH MONTH 18/11', '2026-11-20T15:30:00Z'],
  ['ZERO 00/00', '2026-11-20T15:30:00Z'],
  ['24/7 GYM 11/18', '2026-11-20T15:30:00Z'], // only the first counts
  ['REF 111/18', '2026-11-20T15:30:00Z'],
  ['REF A11/18', '2026-11-20T15:30:00Z'],
  ['REF 11/18B', '2026-11-20T15:30:00Z'],
  ['REF 11/189', '2026-11-20T15:30:00Z'],
  ['SPACED 11 / 18', '2026-11-20T15:30:00Z'],
])('"%s", posted %s, keeps the posted date with its time', (rawDescription, posted) => {
  expect(deriveTransactionDate(rawDescription, new Date(posted), 'UTC')).toEqual(new Date(posted));
});

it('days are counted where the user lives', () => {
  const posted = new Date('2026-11-20T03:00:00Z'); // still November 19 in New York
  expect(deriveTransactionDate('SHOP 11/19', posted, 'America/New_York').toISOString()).toBe('2026-11-19T05:00:00.000Z');
  expect(deriveTransactionDate('SHOP 11/20', posted, 'America/New_York')).toEqual(posted);
  expect(deriveTransactionDate('SHOP 11/12', posted, 'America/New_York').toISOString()).toBe('2026-11-12T05:00:00.000Z');
  expect(deriveTransactionDate('SHOP 11/12', posted, 'UTC')).toEqual(posted);
});
