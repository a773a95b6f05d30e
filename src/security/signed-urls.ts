import { createHmac, timingSafeEqual } from 'node:crypto';

/** A path's signature; both values travel in the query. */
export interface PathSignature {
  /** Seconds since 1970 from which on the signature is void. */
  readonly expires: number;
  readonly signature: string;
}

/** URLs of one file stay the same for this part of their life, so that browsers can cache by them. */
const STABLE_PART = 8;

/**
 * Signs a path, so that whoever has the URL can read it for a while without logging in.
 * @param key 256 bits, used for nothing else.
 * @param path without query; two different files must never share one.
 * @param timeToLiveSeconds longest life; the signature lives at least seven eighths of it.
 */
export function signPath(key: Buffer, path: string, now: Date, timeToLiveSeconds: number): PathSignature {
  const step = Math.max(1, Math.floor(timeToLiveSeconds / STABLE_PART));
  const issued = Math.floor(now.getTime() / 1000 / step) * step;
  const expires = issued + timeToLiveSeconds;
  return { expires, signature: sign(key, path, expires).toString('base64url') };
}

/**
 * Checks what a request brought.
 * @param expires as in the query: digits, or whatever a stranger put there.
 * @returns whether this path was signed with this key and time, and the time has not come.
 */
export function isSignedPath(key: Buffer, path: string, expires: string, signature: string, now: Date): boolean {
  if (!/^\d{1,12}$/.test(expires)) return false;
  const expected = sign(key, path, Number(expires));
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return now.getTime() < Number(expires) * 1000;
}

function sign(key: Buffer, path: string, expires: number): Buffer {
  return createHmac('sha256', key).update(`${expires}\n${path}`).digest();
}
