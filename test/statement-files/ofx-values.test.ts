import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEntities, decodeOfxText } from '../../src/statement-files/ofx-text.ts';
import { readOfxAmount, readOfxDate } from '../../src/statement-files/ofx-values.ts';
import { StatementError } from '../../src/statement-files/statement.ts';

describe('readOfxDate', () => {
  test.each([
    ['20261102', { day: '2026-11-02' }],
    ['20240229', { day: '2024-02-29' }],
    // Midnight is how banks write a date alone, whatever zone they add.
    ['20261102000000', { day: '2026-11-02' }],
    ['20261102000000.000[-5:EST]', { day: '2026-11-02' }],
    ['202611021530', { day: '2026-11-02', instant: '2026-11-02T15:30:00.000Z' }],
    ['20261102122017', { day: '2026-11-02', instant: '2026-11-02T12:20:17.000Z' }],
    ['20261102122017.5', { day: '2026-11-02', instant: '2026-11-02T12:20:17.500Z' }],
    ['20261102122017.123456', { day: '2026-11-02', instant: '2026-11-02T12:20:17.123Z' }],
    ['20261102122017.000[-5:EST]', { day: '2026-11-02', instant: '2026-11-02T17:20:17.000Z' }],
    ['20261102122017[-5]', { day: '2026-11-02', instant: '2026-11-02T17:20:17.000Z' }],
    ['20261102122017[0:GMT]', { day: '2026-11-02', instant: '2026-11-02T12:20:17.000Z' }],
    ['20261102003000[+10:AEST]', { day: '2026-11-02', instant: '2026-11-01T14:30:00.000Z' }],
    ['20261102233000.000 [-3.5:NST]', { day: '2026-11-02', instant: '2026-11-03T03:00:00.000Z' }],
    ['20261102120000[+5.30:IST]', { day: '2026-11-02', instant: '2026-11-02T06:30:00.000Z' }],
    ['20261102120000[+5.75:NPT]', { day: '2026-11-02', instant: '2026-11-02T06:15:00.000Z' }],
    ['20261102120000[+0545]', { day: '2026-11-02', instant: '2026-11-02T06:15:00.000Z' }],
    [' 20261102 ', { day: '2026-11-02' }],
  ])('reads %s', (text, expected) => {
    expect(readOfxDate(text)).toEqual(expected);
  });

  test.each(['', '2026', '2026-11-02', '20260230', '20261302', '20261102250000', '20261102126000', '20261102120000[EST]', '20261102120000[+99999]', '18991231'])('refuses "%s"', (text) => {
    expect(() => readOfxDate(text)).toThrow(StatementError);
  });
});

describe('readOfxAmount', () => {
  test.each([
    ['-6.60', '-6.60'],
    ['+12.00', '12.00'],
    ['111', '111'],
    ['-1234,56', '-1234.56'],
    ['.5', '0.5'],
    ['-,5', '-0.5'],
    ['5.', '5'],
    ['007.10', '7.10'],
    ['-0.00', '0.00'],
    ['\u22124.00', '-4.00'],
    ['1,234.56', '1234.56'],
    ['-1.234.567,89', '-1234567.89'],
    ['1\u00a0234,56', '1234.56'],
    ['12345678901234567890.12', '12345678901234567890.12'],
  ])('reads %s as %s', (text, expected) => {
    expect(readOfxAmount(text)).toBe(expected);
  });

  test.each(['', '-', '.', 'abc', '1e5', '$5', '1.2.3', '1,23,456', '--5', '5-', 'NaN', 'Infinity', '9'.repeat(50)])('refuses "%s"', (text) => {
    expect(() => readOfxAmount(text)).toThrow(StatementError);
  });

  test('keeps every amount exactly, with a comma or a point', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 14n), 10n ** 14n), fc.constantFrom('.', ','), (minorUnits, separator) => {
        const digits = (minorUnits < 0n ? -minorUnits : minorUnits).toString().padStart(3, '0');
        const text = `${minorUnits < 0n ? '-' : ''}${digits.slice(0, -2)}${separator}${digits.slice(-2)}`;
        expect(readOfxAmount(text)).toBe(text.replace(',', '.'));
      }),
    );
  });
});

describe('text', () => {
  const windows1252 = (header: string, ...bytes: number[]): Uint8Array => new Uint8Array([...new TextEncoder().encode(header), ...bytes]);

  test.each([
    ['1252 declared', windows1252('ENCODING:USASCII\nCHARSET:1252\n', 0xe9, 0x80), 'é€'],
    ['nothing declared', windows1252('', 0xe9), 'é'],
    ['1252 declared and UTF-8 sent, as many banks do', windows1252('CHARSET:1252\n', 0xc3, 0xa9), 'é'],
    ['UTF-8 declared and 1252 sent', windows1252('<?xml version="1.0" encoding="UTF-8"?>', 0xe9), 'é'],
    ['an XML declaration', windows1252('<?xml version="1.0" encoding="iso-8859-2"?>', 0xb1), 'ą'],
    ['an UTF-8 byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9]), 'é'],
    ['an UTF-16 byte order mark', new Uint8Array([0xff, 0xfe, 0xe9, 0x00]), 'é'],
  ])('is decoded with %s', (_name, bytes, expected) => {
    const text = decodeOfxText(bytes);
    expect(text.endsWith(expected)).toBe(true);
    expect(text.startsWith('\ufeff')).toBe(false);
  });

  test('in an unknown encoding is refused by name', () => {
    expect(() => decodeOfxText(windows1252('CHARSET:KLINGON\n', 0xe9))).toThrow('klingon');
  });

  test.each([
    ['AT&amp;T &lt;1&gt; &quot;x&quot; &apos;y&apos;', 'AT&T <1> "x" \'y\''],
    ['&#233;&#xE9;&nbsp;', 'éé '],
    ['AT&T & co &unknown; &amp', 'AT&T & co &unknown; &amp'],
    ['&amp;lt;', '&lt;'],
    ['&#xD800;&#9999999;', '&#xD800;&#9999999;'],
  ])('has the references of %s decoded', (text, expected) => {
    expect(decodeEntities(text)).toBe(expected);
  });
});
