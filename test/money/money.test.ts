import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, fitsMinorUnits, formatMoney, minorUnits, parseAmount, roundToMinorUnits } from '../../src/money.ts';

const currencies = fc.constantFrom('JPY', 'USD', 'KWD', 'UYW');

it.each([['JPY', 0], ['USD', 2], ['EUR', 2], ['KWD', 3], ['UYW', 4]])('the minor unit of %s has %d decimals', (currency, decimals) => {
  expect(minorUnits(currency)).toBe(decimals);
});

describe('amounts in requests', () => {
  it.each([
    ['12.34', '12.34'], ['-12.34', '-12.34'], ['+5', '5'], ['.5', '0.5'], ['-.5', '-0.5'], ['5.', '5'], ['0012', '12'], ['1.0000', '1'],
    ['999999999999.9999', '999999999999.9999'], ['000000000000000001', '1'], ['-0', '0'], ['-0.00', '0'],
    [12.34, '12.34'], [-0, '0'], [1e-7, '0.0000001'], [0.1, '0.1'], [999_999_999_999, '999999999999'],
  ])('%j is %s', (input, expected) => {
    expect(parseAmount(input)?.toFixed()).toBe(expected);
    expect(Object.is(parseAmount(input)?.toNumber(), -0)).toBe(false);
  });

  it.each([
    '', '.', '-', '+', '-.', '1e3', '0x10', ' 1', '1 ', '1 000', '1,000', '1.2.3', '--1', '+-1', 'NaN', 'Infinity', '١٢', '1\n', '1000000000000', '-1000000000000.00',
    `1.${'0'.repeat(100)}`, 1e12, -1e12, 1e300, 1e-300, NaN, Infinity,
  ])('%j is none', (input) => {
    expect(parseAmount(input)).toBeUndefined();
  });

  it.each([
    ['100', 'JPY', true], ['100.00', 'JPY', true], ['100.50', 'JPY', false], ['1.23', 'USD', true], ['1.2300', 'USD', true], ['1.234', 'USD', false],
    ['1.234', 'KWD', true], ['1.2345', 'KWD', false],
  ])('%s %s has no more decimals than its minor unit: %s', (text, currency, expected) => {
    expect(fitsMinorUnits(new Decimal(text), currency)).toBe(expected);
  });
});

it.each([
  ['0.125', 'USD', '0.12'], ['0.135', 'USD', '0.14'], ['-0.125', 'USD', '-0.12'], ['0.5', 'JPY', '0'], ['1.5', 'JPY', '2'], ['0.0005', 'KWD', '0'], ['0.0015', 'KWD', '0.002'], ['-0.001', 'USD', '0'],
])('%s %s is rounded half-even to %s', (text, currency, expected) => {
  expect(roundToMinorUnits(new Decimal(text), currency).toFixed()).toBe(expected);
});

describe('amounts in answers', () => {
  it.each([
    ['100.0000', 'JPY', '100.00'], ['100', 'JPY', '100.00'], ['-12.3400', 'USD', '-12.34'], ['0.5', 'USD', '0.50'], ['1.2340', 'KWD', '1.234'], ['0', 'KWD', '0.000'],
    ['12345678901234567890.1200', 'USD', '12345678901234567890.12'], ['0.0001', 'UYW', '0.0001'],
  ])('%s %s is shown as %s', (text, currency, expected) => {
    expect(formatMoney(text, currency)).toBe(expected);
    expect(formatMoney(new Decimal(text), currency)).toBe(expected);
  });

  it('a zero has no sign', () => {
    expect(formatMoney(new Decimal('-0.001'), 'USD')).toBe('0.00');
    expect(formatMoney(new Decimal(-0), 'USD')).toBe('0.00');
  });

  it('are read back as the same amount, whatever the currency', () => {
    fc.assert(
      fc.property(currencies, fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), (currency, minor) => {
        const value = new Decimal(minor.toString()).div(new Decimal(10).pow(minorUnits(currency)));
        fc.pre(value.abs().lt('1e12'));
        const shown = formatMoney(value, currency);
        expect(formatMoney(value.toFixed(4), currency)).toBe(shown);
        expect(parseAmount(shown)?.equals(value)).toBe(true);
        expect(shown.split('.')[1]).toHaveLength(Math.max(2, minorUnits(currency)));
      }),
    );
  });
});
