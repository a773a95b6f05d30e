import { createHmac } from 'node:crypto';

import { query, type Queryable } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';

/** Kept for a user; of more the one that was used longest ago is forgotten. */
export const MAXIMUM_ADDRESSES = 20;
export const REMEMBERED_MILLISECONDS = 90 * 86_400_000;

/** A user who wants to log in. */
export interface Candidate {
  id: number;
  password_hash: string | null;
  is_active: boolean;
  /** Whether the user has logged in from this address in the last 90 days. */
  is_known: boolean;
}

const findCandidate = query<Candidate>(`
SELECT u.id, u.password_hash, u.is_active,
  EXISTS (SELECT FROM login_addresses a WHERE a.user_id = u.id AND a.address_hash = $2 AND a.last_login_at > $3) AS is_known
FROM users u WHERE u.username = $1`);

const upsertAddress = query<object>(`INSERT INTO login_addresses (user_id, address_hash, last_login_at) VALUES ($1, $2, $3)
  ON CONFLICT (user_id, address_hash) DO UPDATE SET last_login_at = $3`);
const deleteOldest = query<object>(`DELETE FROM login_addresses WHERE user_id = $1 AND address_hash IN (
  SELECT address_hash FROM login_addresses WHERE user_id = $1 ORDER BY last_login_at DESC OFFSET ${MAXIMUM_ADDRESSES})`);

/** Where users have logged in from, as keyed hashes: the database alone does not tell their addresses. */
export class LoginAddresses {
  readonly #key: Buffer;

  /** @param key 256 bits, used for nothing else */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * Finds a user by name.
   * @param username one that a user can have
   * @param subscriber what `subscriberOf` made of the address
   */
  find(db: Queryable, username: string, subscriber: string, now: Date): Promise<Candidate | undefined> {
    return db.row(findCandidate, [username, this.#hash(subscriber), new Date(now.getTime() - REMEMBERED_MILLISECONDS)]);
  }

  /** Remembers that a user, whose row this transaction has locked, logged in from there. */
  async remember(tx: Tx, user: Candidate, subscriber: string, now: Date): Promise<void> {
    await tx.rows(upsertAddress, [user.id, this.#hash(subscriber), now]);
    if (!user.is_known) await tx.rows(deleteOldest, [user.id]);
  }

  #hash(subscriber: string): Buffer {
    return createHmac('sha256', this.#key).update(subscriber).digest();
  }
}
