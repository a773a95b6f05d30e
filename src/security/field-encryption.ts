import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { deriveKey } from './keys.ts';

/** What is written. The associated data names the row, so that text moved to another row or column does not decrypt there. */
const VERSION = 'v2';
/** Read until it is encrypted again: bound to its key only. */
const UNBOUND_VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
/** What NIST SP 800-38D recommends for GCM: 96 bits of nonce, a full tag. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The hashes of a value that must be unique, though it is stored encrypted. */
export interface BlindIndex {
  /** Under the first key: store this one. */
  readonly current: string;
  /** Under every key: the value is present if any of them is. */
  readonly candidates: readonly string[];
}

/** Where encrypted values are stored: src/encryption-keys/encrypted-columns.ts declares them. */
export interface ColumnName {
  readonly table: string;
  readonly column: string;
}

/** How many characters at the start of encrypted text say in which format and with which key it was encrypted. */
export const KEY_PREFIX_CHARACTERS = 20;

/** Encrypts single values of the database with rotating keys. */
export interface FieldEncryption {
  /** What text starts with that was encrypted with the first key in the present format; KEY_PREFIX_CHARACTERS long. */
  readonly currentPrefix: string;
  /**
   * Encrypts with the first key, for one row of one column; the same text gives another result each time.
   * @param rowId the row's primary key as text
   */
  encrypt(text: string, column: ColumnName, rowId: string): string;
  /** @throws FieldDecryptionError when no configured key fits, or the text was changed, or comes from another row or column. */
  decrypt(encrypted: string, column: ColumnName, rowId: string): string;
  /** Hashes a value with keys, so that who has the database alone cannot try all account numbers. */
  blindIndex(value: string): BlindIndex;
}

/** A stored value cannot be read: its key is not configured any more, or it was damaged. */
export class FieldDecryptionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FieldDecryptionError';
  }
}

interface FieldKey {
  readonly id: string;
  readonly encryption: Buffer;
  readonly index: Buffer;
}

/**
 * Prepares encryption with AES-256-GCM. Encrypted text is `v2.<key id>.<nonce>.<ciphertext and tag>`, the last two in
 * base64url; its associated data are version, key, table, column and row.
 * @param secrets key material, at least one: the first encrypts, all decrypt.
 */
export function createFieldEncryption(secrets: readonly string[]): FieldEncryption {
  const keys = secrets.map(fieldKey);
  const [first] = keys;
  if (first === undefined) throw new RangeError('Field encryption needs a key.');
  const currentPrefix = `${VERSION}.${first.id}.`;

  return {
    currentPrefix,
    encrypt(text, column, rowId) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, first.encryption, nonce, { authTagLength: TAG_BYTES }).setAAD(associatedData(VERSION, first, column, rowId));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${currentPrefix}${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    decrypt(encrypted, column, rowId) {
      return open(encrypted, keys, column, rowId);
    },
    blindIndex(value) {
      const hash = (key: FieldKey): string => createHmac('sha256', key.index).update(value).digest('base64url');
      return { current: hash(first), candidates: keys.map(hash) };
    },
  };
}

function associatedData(version: string, key: FieldKey, { table, column }: ColumnName, rowId: string): Buffer {
  const header = `${version}.${key.id}`;
  return Buffer.from(version === UNBOUND_VERSION ? header : JSON.stringify([header, table, column, rowId]));
}

function fieldKey(secret: string): FieldKey {
  return {
    // 64 bits tell keys apart and say nothing about them: they are derived as the keys are.
    id: deriveKey(secret, 'field key id').toString('hex', 0, 8),
    encryption: deriveKey(secret, 'field encryption'),
    index: deriveKey(secret, 'field blind index'),
  };
}

function open(encrypted: string, keys: readonly FieldKey[], column: ColumnName, rowId: string): string {
  const [version = '', keyId, nonceText = '', sealedText = '', ...rest] = encrypted.split('.');
  const nonce = Buffer.from(nonceText, 'base64url');
  const sealed = Buffer.from(sealedText, 'base64url');
  if (![VERSION, UNBOUND_VERSION].includes(version) || rest.length > 0 || nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) {
    throw new FieldDecryptionError('The stored value is not an encrypted one.');
  }
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) throw new FieldDecryptionError('MIBUDGE_ENCRYPTION_KEYS lacks the key of a stored value.');
  const decipher = createDecipheriv(CIPHER, key.encryption, nonce, { authTagLength: TAG_BYTES })
    .setAAD(associatedData(version, key, column, rowId))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new FieldDecryptionError('The stored value was changed since it was encrypted, or belongs to another row.', { cause: error });
  }
}
