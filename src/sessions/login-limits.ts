import { createHmac } from 'node:crypto';

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

import { throttled } from '../auth/rate-limit.ts';
import type { RateLimit } from '../config-values.ts';
import { query, type Database } from '../db/database.ts';
import { MAXIMUM_USERNAME_CHARACTERS } from '../security/usernames.ts';

/** Who tries to log in. */
export interface LoginAttempt {
  username: string;
  /** What `subscriberOf` made of the address. */
  subscriber: string;
  /** Whether this user has logged in from there before. */
  isKnown: boolean;
}

/** What an attempt took from the limits. */
export interface LoginPlace {
  /** Makes the attempt not count after all. */
  giveBack(): Promise<void>;
}

/** Attempts of one address that may be under way in one process: a wave of more is refused before it hashes. */
export const MAXIMUM_ATTEMPTS_AT_ONCE = 8;
/** Strangers choose the keys, so there is a most of them: about 20 MiB. */
export const MAXIMUM_ROWS = 100_000;
const ATTEMPTS_BETWEEN_CLEANINGS = 100;

// $1 now in milliseconds, $2 rows that may stay: what has ended goes, and of too many those that end first
const deleteEnded = query<object>(`
DELETE FROM login_limits WHERE key IN (
  SELECT key FROM login_limits
  WHERE expire <= greatest($1::bigint, (SELECT expire FROM login_limits ORDER BY expire DESC OFFSET $2 LIMIT 1))
  FOR UPDATE SKIP LOCKED)`);

/**
 * How often logging in may fail, counted in Postgres, so that all processes count together. An attempt from where its user
 * has logged in before counts by user and address, and by nothing else: strangers cannot use it up. Any other counts twice,
 * by its address and by its username. Names and addresses are stored as keyed hashes only.
 */
export class LoginLimits {
  readonly #db: Database;
  readonly #key: Buffer;
  readonly #maximumRows: number;
  readonly #limiters: { address: RateLimiterPostgres; username: RateLimiterPostgres; known: RateLimiterPostgres } | undefined;
  readonly #underWay = new Map<string, number>();
  #attempts = 0;

  /** @param key 256 bits, used for nothing else */
  constructor(db: Database, limit: RateLimit | 'off', key: Buffer, maximumRows: number = MAXIMUM_ROWS) {
    this.#db = db;
    this.#key = key;
    this.#maximumRows = maximumRows;
    if (limit === 'off') return;
    const limiter = (keyPrefix: string): RateLimiterPostgres => limiterOf(db, limit, keyPrefix);
    this.#limiters = { address: limiter('address'), username: limiter('username'), known: limiter('known') };
  }

  /**
   * Runs an attempt, unless too many of its address are under way.
   * @throws AppError `throttled`
   */
  async oneOfFew<Result>(subscriber: string, attempt: () => Promise<Result>): Promise<Result> {
    if (!this.#limiters) return attempt();
    const underWay = this.#underWay.get(subscriber) ?? 0;
    if (underWay >= MAXIMUM_ATTEMPTS_AT_ONCE) throw throttled(1);
    this.#underWay.set(subscriber, underWay + 1);
    try {
      return await attempt();
    } finally {
      const left = (this.#underWay.get(subscriber) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(subscriber);
      else this.#underWay.set(subscriber, left);
    }
  }

  /**
   * Counts an attempt before its password is checked, so that attempts side by side cannot pass the limit together. A
   * successful one gives its place back.
   * @throws AppError `throttled`
   */
  async take({ username, subscriber, isKnown }: LoginAttempt): Promise<LoginPlace> {
    if (!this.#limiters) return { giveBack: () => Promise.resolve() };
    await this.#clean();
    // Longer text is nobody's name.
    const name = username.slice(0, MAXIMUM_USERNAME_CHARACTERS);
    if (isKnown) return take(this.#limiters.known, this.#hash(name, subscriber));
    const byAddress = await take(this.#limiters.address, this.#hash(subscriber));
    try {
      const byUsername = await take(this.#limiters.username, this.#hash(name));
      return { giveBack: async () => { await Promise.all([byAddress.giveBack(), byUsername.giveBack()]); } };
    } catch (error) {
      await byAddress.giveBack();
      throw error;
    }
  }

  async #clean(): Promise<void> {
    this.#attempts += 1;
    if (this.#attempts % ATTEMPTS_BETWEEN_CLEANINGS === 0) await this.#db.rows(deleteEnded, [Date.now(), this.#maximumRows]);
  }

  #hash(...parts: string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64url');
  }
}

function limiterOf(db: Database, { limit, windowSeconds }: RateLimit, keyPrefix: string): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: { query: async ({ text, values }: { text: string; values: unknown[] }) => ({ rows: await db.rows(query(text), values) }) },
    storeType: 'client',
    tableName: 'login_limits',
    tableCreated: true,
    // Its timer would outlive the database's connections.
    clearExpiredByTimeout: false,
    keyPrefix,
    points: limit,
    duration: windowSeconds,
  });
}

async function take(limiter: RateLimiterPostgres, key: string): Promise<LoginPlace> {
  try {
    const { msBeforeNext } = await limiter.consume(key);
    const endsAt = Date.now() + msBeforeNext;
    return {
      giveBack: async () => {
        // A window that has ended meanwhile needs nothing back: the next one would begin with a place too many.
        if (Date.now() < endsAt) await limiter.reward(key);
      },
    };
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw throttled(Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
    throw refusal;
  }
}
