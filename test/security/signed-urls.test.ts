import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSignedPath, signPath } from '../../src/security/signed-urls.ts';

const KEY = Buffer.alloc(32, 1);
const DAY = 86_400;
const NOW = new Date('2026-11-20T09:00:00Z');
const after = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);

it('a signature holds from the start for at least seven eighths of its life, and never longer than it', () => {
  fc.assert(
    fc.property(fc.webPath(), fc.integer({ min: 2, max: 366 * DAY }), fc.integer({ min: 0, max: DAY * 1000 }), (path, life, milliseconds) => {
      const now = new Date(NOW.getTime() + milliseconds);
      const { expires, signature } = signPath(KEY, path, now, life);
      const holds = (seconds: number): boolean => isSignedPath(KEY, path, String(expires), signature, new Date(now.getTime() + seconds * 1000));
      expect(holds(0)).toBe(true);
      expect(holds(life - Math.max(1, life / 8) - 0.001)).toBe(true);
      expect(holds(life)).toBe(false);
    }),
  );
});

it('the URL of a file stays the same for hours, so that browsers can keep what they have', () => {
  const signatures = [0, 60, 3600, 10_799].map((seconds) => signPath(KEY, '/files/a', after(seconds), DAY).signature);
  expect(new Set(signatures).size).toBe(1);
  expect(signPath(KEY, '/files/a', after(10_800), DAY).signature).not.toBe(signatures[0]);
});

it('another path, time, key or signature does not pass', () => {
  const { expires, signature } = signPath(KEY, '/files/a', NOW, DAY);
  const check = (path: string, until: string, given: string, key = KEY): boolean => isSignedPath(key, path, until, given, NOW);
  expect(check('/files/a', String(expires), signature)).toBe(true);
  expect(check('/files/b', String(expires), signature)).toBe(false);
  expect(check('/files/a', String(expires + 1), signature)).toBe(false);
  expect(check('/files/a', String(expires), signature, Buffer.alloc(32, 2))).toBe(false);
  expect(check('/files/a', String(expires), signPath(KEY, '/files/b', NOW, DAY).signature)).toBe(false);
  for (const text of ['', 'x', signature.slice(1), `${signature}AAAA`, '\0']) expect(check('/files/a', String(expires), text)).toBe(false);
  for (const text of ['', 'x', '-1', '1e12', 'Infinity', ` ${expires}`, `${expires}.0`, '9'.repeat(400)]) expect(check('/files/a', text, signature)).toBe(false);
});
