import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { deriveKey } from './keys.ts';

const VERSION = 'v1';
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

/** Encrypts single values of the database with rotating keys. */
export interface FieldEncryption {
  /** Encrypts with the first key; the same text gives another result each time. */
  encrypt(text: string): string;
  /** @throws FieldDecryptionError when no configured key fits, or the text was changed. */
  decrypt(encrypted: string): string;
  /** Says whether this was encrypted with the first key, so that rotation can find what is left to do. */
  isCurrent(encrypted: string): boolean;
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
 * Prepares encryption with AES-256-GCM. Encrypted text is `v1.<key id>.<nonce>.<ciphertext and tag>`, the last two in base64url.
 * @param secrets key material, at least one: the first encrypts, all decrypt.
 */
export function createFieldEncryption(secrets: readonly string[]): FieldEncryption {
  const keys = secrets.map(fieldKey);
  const [first] = keys;
  if (first === undefined) throw new RangeError('Field encryption needs a key.');
  const header = `${VERSION}.${first.id}`;

  return {
    encrypt(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, first.encryption, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(header));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${header}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    decrypt(encrypted) {
      return open(encrypted, keys);
    },
    isCurrent(encrypted) {
      return encrypted.startsWith(`${header}.`);
    },
    blindIndex(value) {
      const hash = (key: FieldKey): string => createHmac('sha256', key.index).update(value).digest('base64url');
      return { current: hash(first), candidates: keys.map(hash) };
    },
  };
}

function fieldKey(secret: string): FieldKey {
  return {
    // 64 bits tell keys apart and say nothing about them: they are derived as the keys are.
    id: deriveKey(secret, 'field key id').toString('hex', 0, 8),
    encryption: deriveKey(secret, 'field encryption'),
    index: deriveKey(secret, 'field blind index'),
  };
}

function open(encrypted: string, keys: readonly FieldKey[]): string {
  const [version, keyId, nonceText = '', sealedText = '', ...rest] = encrypted.split('.');
  const nonce = Buffer.from(nonceText, 'base64url');
  const sealed = Buffer.from(sealedText, 'base64url');
  if (version !== VERSION || rest.length > 0 || nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) {
    throw new FieldDecryptionError('The stored value is not an encrypted one.');
  }
  const key = keys.find(({ id }) => id === keyId);
  if (key === undefined) throw new FieldDecryptionError('MIBUDGE_ENCRYPTION_KEYS lacks the key of a stored value.');
  const decipher = createDecipheriv(CIPHER, key.encryption, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(`${VERSION}.${key.id}`))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (error) {
    throw new FieldDecryptionError('The stored value was changed since it was encrypted.', { cause: error });
  }
}
