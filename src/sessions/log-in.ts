import type { Database } from '../db/database.ts';
import { inTransaction } from '../db/transaction.ts';
import { AppError } from '../errors.ts';
import type { RateLimits } from '../auth/rate-limit.ts';
import { limitConcurrency } from '../security/limit-concurrency.ts';
import { verifyAgainstNothing, verifyPassword } from '../security/passwords.ts';
import { usernameProblem } from '../security/usernames.ts';
import { beginFamily } from './refresh-tokens.ts';

/**
 * Attempts under way, each of which counts as failed until it has succeeded: more would let right passwords, sent side
 * by side, exhaust the limit of wrong ones. As many as passwords are checked at once.
 */
const CONCURRENT_ATTEMPTS = 2;
const MAXIMUM_WAITING = 200;

const limited = limitConcurrency(CONCURRENT_ATTEMPTS, MAXIMUM_WAITING, () => new AppError('unavailable', { retryAfterSeconds: 5 }));

/** Who wants to log in, and from where. */
export interface Credentials {
  username: string;
  password: string;
  address: string;
}

/** A new session. */
export interface Session {
  userId: number;
  refreshToken: string;
}

/**
 * Checks a username and password and begins a session. A wrong username takes as long as a wrong password.
 * @throws AppError `no_active_account` when they fit no active user, `throttled` after too many failures by the
 *   username or the address, `unavailable` when too many people log in at once
 */
export async function logIn({ db, limits }: { db: Database; limits: RateLimits }, credentials: Credentials, now: Date): Promise<Session> {
  return limited(async () => {
    const attempt = limits.takeForLogin(credentials.username, credentials.address);
    let isWrong = false;
    try {
      const session = await begin(db, credentials, now);
      if (session) return session;
      isWrong = true;
      throw new AppError('no_active_account');
    } finally {
      // A database that is away, for example, is no wrong password.
      if (!isWrong) attempt.giveBack();
    }
  });
}

async function begin(db: Database, { username, password }: Credentials, now: Date): Promise<Session | undefined> {
  // Names that nobody can have include those that Postgres cannot store, and that of the funding engine.
  const user = usernameProblem(username) === undefined ? await db.prisma.user.findUnique({ where: { username } }) : null;
  const hash = user?.passwordHash ?? null;
  const fits = hash === null ? await verifyAgainstNothing(password) : await verifyPassword(hash, password);
  if (!user || hash === null || !fits || !user.isActive) return undefined;
  const refreshToken = await inTransaction(db, (tx) => beginFamily(tx, user.id, hash, now));
  return refreshToken === undefined ? undefined : { userId: user.id, refreshToken };
}
