import { subscriberOf } from '../auth/network-address.ts';
import type { Database } from '../db/database.ts';
import type { Mutations } from '../mutations/mutate.ts';
import { AppError } from '../errors.ts';
import { inHashQueue, type HashTurn } from '../security/hash-queue.ts';
import { verifyAgainstNothing, verifyPassword } from '../security/passwords.ts';
import { usernameIssue } from '../security/usernames.ts';
import type { Candidate, LoginAddresses } from './login-addresses.ts';
import type { LoginLimits } from './login-limits.ts';
import { beginFamily } from './refresh-tokens.ts';

/** What logging in works with. */
export interface LoginServices {
  db: Database;
  mutations: Mutations;
  limits: LoginLimits;
  addresses: LoginAddresses;
}

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
 * @throws AppError `no_active_account` when they fit no active user, `throttled` after too many failures or too many
 *   attempts at once, `unavailable` when too many people log in at once
 */
export async function logIn(services: LoginServices, { username, password, address }: Credentials, now: Date): Promise<Session> {
  const { db, limits, addresses } = services;
  const subscriber = subscriberOf(address);
  return limits.oneOfFew(subscriber, async () => {
    // Names that nobody can have include those that Postgres cannot store.
    const user = usernameIssue('username', username) === undefined ? await addresses.find(db, username, subscriber, now) : undefined;
    const isKnown = user?.is_known ?? false;
    // Counted at its turn: each attempt counts as failed until it has succeeded, and few do so at a time.
    return inHashQueue(isKnown ? 'known' : 'stranger', async (turn) => {
      const place = await limits.take({ username, subscriber, isKnown });
      let isWrong = false;
      try {
        const hash = await matchingHash(turn, user, password);
        const session = user && hash !== undefined ? await begin(services, user, hash, subscriber, now) : undefined;
        if (session) return session;
        isWrong = true;
        throw new AppError('no_active_account');
      } finally {
        // A database that is away, for example, is no wrong password.
        if (!isWrong) await place.giveBack();
      }
    });
  });
}

/** @returns the hash that the password fits, undefined when it is not that of an active user */
async function matchingHash(turn: HashTurn, user: Candidate | undefined, password: string): Promise<string | undefined> {
  const hash = user?.password_hash ?? null;
  const fits = hash === null ? await verifyAgainstNothing(turn, password) : await verifyPassword(turn, hash, password);
  return hash !== null && fits && user?.is_active === true ? hash : undefined;
}

async function begin({ mutations, addresses }: LoginServices, user: Candidate, hash: string, subscriber: string, now: Date): Promise<Session | undefined> {
  return mutations.run(async (tx) => {
    const refreshToken = await beginFamily(tx, user.id, hash, now);
    if (refreshToken === undefined) return undefined;
    await addresses.remember(tx, user, subscriber, now);
    return { userId: user.id, refreshToken };
  });
}
