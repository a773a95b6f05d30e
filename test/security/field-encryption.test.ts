import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFieldEncryption, FieldDecryptionError, KEY_PREFIX_CHARACTERS } from '../../src/security/field-encryption.ts';
import { deriveServerKeys } from '../../src/security/keys.ts';

const OLD = 'old-'.repeat(10);
const NEW = 'new-'.repeat(10);
const old = createFieldEncryption([OLD]);
const rotated = createFieldEncryption([NEW, OLD]);
const onlyNew = createFieldEncryption([NEW]);
const texts = fc.string({ unit: 'grapheme', maxLength: 64 });

const COLUMN = { table: 'bank_accounts', column: 'account_number_encrypted' };
const ROW = '019a0000-0000-7000-8000-000000000001';
const OTHER_ROW = '019a0000-0000-7000-8000-000000000002';

it('what was encrypted is read back, also after a rotation of keys', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(old.decrypt(old.encrypt(text, COLUMN, ROW), COLUMN, ROW)).toBe(text);
      expect(rotated.decrypt(old.encrypt(text, COLUMN, ROW), COLUMN, ROW)).toBe(text);
      expect(onlyNew.decrypt(rotated.encrypt(text, COLUMN, ROW), COLUMN, ROW)).toBe(text);
    }),
  );
});

it('the same text is encrypted differently each time, in a format that says with which key', () => {
  const encrypted = old.encrypt('12345678', COLUMN, ROW);
  expect(encrypted).toMatch(/^v2\.[0-9a-f]{16}\.[\w-]{16}\.[\w-]+$/);
  expect(old.encrypt('12345678', COLUMN, ROW)).not.toBe(encrypted);
  for (const encryption of [old, rotated]) {
    expect(encryption.encrypt('1', COLUMN, ROW).slice(0, KEY_PREFIX_CHARACTERS)).toBe(encryption.currentPrefix);
  }
  expect(rotated.currentPrefix).not.toBe(old.currentPrefix);
});

it('a value is read only where it was written: not in another row, column or table', () => {
  const encrypted = old.encrypt('12345678', COLUMN, ROW);
  expect(() => old.decrypt(encrypted, COLUMN, OTHER_ROW)).toThrow(FieldDecryptionError);
  expect(() => old.decrypt(encrypted, { ...COLUMN, column: 'another' }, ROW)).toThrow(FieldDecryptionError);
  expect(() => old.decrypt(encrypted, { ...COLUMN, table: 'another' }, ROW)).toThrow(FieldDecryptionError);
  expect(() => old.decrypt(encrypted.replace(/^v2/, 'v1'), COLUMN, OTHER_ROW)).toThrow(FieldDecryptionError);
});

it('values of the first format, which were not bound to a row, are read until they are encrypted anew', () => {
  expect(rotated.decrypt('v1.68fe35586d65f147.78--pV4JahNUNDa4.mGXUU8aPVQZ5Q17ERnyr58yPRUPyg41g', COLUMN, ROW)).toBe('12345678');
});

it('a key that is gone is named as the cause', () => {
  expect(() => onlyNew.decrypt(old.encrypt('12345678', COLUMN, ROW), COLUMN, ROW)).toThrow(/MIBUDGE_ENCRYPTION_KEYS/);
});

it('whatever was changed is refused, not read wrongly', () => {
  const encrypted = old.encrypt('12345678', COLUMN, ROW);
  fc.assert(
    fc.property(fc.nat(encrypted.length - 1), fc.constantFrom('A', 'b', '0', '1', '.', '-', '!'), (position, character) => {
      const changed = encrypted.slice(0, position) + character + encrypted.slice(position + 1);
      // The last character of base64url carries spare bits: another one there may be another spelling of the same bytes.
      fc.pre(changed !== encrypted && position < encrypted.length - 1);
      expect(() => old.decrypt(changed, COLUMN, ROW)).toThrow(FieldDecryptionError);
    }),
  );
  for (const text of ['', '12345678', 'v1', 'v1.a.b.c', encrypted.slice(0, -4), `${encrypted}.`]) {
    expect(() => old.decrypt(text, COLUMN, ROW)).toThrow(FieldDecryptionError);
  }
});

it('equal values have equal hashes under each key, so that uniqueness survives a rotation', () => {
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      expect(rotated.blindIndex(one).candidates).toContain(old.blindIndex(one).current);
      expect(rotated.blindIndex(one).current).toBe(onlyNew.blindIndex(one).current);
      expect(old.blindIndex(one).current === old.blindIndex(other).current).toBe(one === other);
      expect(old.blindIndex(one).current).not.toBe(onlyNew.blindIndex(one).current);
    }),
  );
});

it('every key of a server is used for one thing only', () => {
  const keys = deriveServerKeys(OLD);
  const texts = Object.values(keys).map((key: Buffer) => key.toString('hex'));
  expect(new Set(texts).size).toBe(5);
  for (const text of texts) expect(text).toMatch(/^[0-9a-f]{64}$/);
  expect(deriveServerKeys(OLD)).toEqual(keys);
  expect(deriveServerKeys(NEW)).not.toEqual(keys);
});
