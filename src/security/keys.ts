import { hkdfSync } from 'node:crypto';

const KEY_BYTES = 32;

/** The keys that this server signs and derives with; each has one use only. */
export interface ServerKeys {
  /** Signs access tokens (HS256). */
  readonly accessToken: Buffer;
  /** Derives the successor of a refresh token from the token, so that only hashes are stored. */
  readonly refreshSuccessor: Buffer;
  /** Signs the URLs of files. */
  readonly fileUrl: Buffer;
  /** Hashes the names and addresses that failed logins are counted by. */
  readonly loginLimits: Buffer;
  /** Hashes the addresses that users have logged in from. */
  readonly loginAddresses: Buffer;
}

/** Derives all keys of a server from the configured secret. */
export function deriveServerKeys(secretKey: string): ServerKeys {
  return {
    accessToken: deriveKey(secretKey, 'access token'),
    refreshSuccessor: deriveKey(secretKey, 'refresh token successor'),
    fileUrl: deriveKey(secretKey, 'file url'),
    loginLimits: deriveKey(secretKey, 'login limits'),
    loginAddresses: deriveKey(secretKey, 'login addresses'),
  };
}

/**
 * Derives a key of 256 bits by HKDF-SHA256 (RFC 5869).
 * @param secret key material from the configuration; long enough by its format, so no slow password hash is needed.
 * @param purpose what the key is for: different purposes give unrelated keys. Changing one makes all it protected unreadable.
 */
export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `mibudge ${purpose}`, KEY_BYTES));
}
