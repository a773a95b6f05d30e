import { expect, it } from 'vitest';
import { CURRENCIES, isCurrency } from '../../src/currencies.ts';

it('lists each ISO 4217 currency once, sorted by code', () => {
  const codes = CURRENCIES.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)].sort());
  for (const { code, name, numeric } of CURRENCIES) expect(`${code} ${numeric} ${name}`).toMatch(/^[A-Z]{3} \d{3} \S/);
  expect(CURRENCIES).toContainEqual({ code: 'ALL', name: 'Lek', numeric: '008' });
  expect(CURRENCIES).toContainEqual({ code: 'USD', name: 'US Dollar', numeric: '840' });
});

it.each([['EUR', true], ['KWD', true], ['eur', false], ['DEM', false], ['', false], ['constructor', false]])('%j is a currency: %s', (code, expected) => {
  expect(isCurrency(code)).toBe(expected);
});
