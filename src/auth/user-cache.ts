import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { LRUCache } from 'lru-cache';
import type pg from 'pg';

import type { Database } from '../db/database.ts';
import { queryUser, type KnownUser, type UserDirectory } from './user-directory.ts';

/** What the trigger on `users` notifies, with the user's id; and every process, with a word that it wants to hear itself. */
const CHANNEL = 'mibudge_users';
/** A connection that hears nothing any more, as behind a firewall that forgot it, is noticed in this time. */
const HEARTBEAT_MILLISECONDS = 5_000;
const HEARTBEAT_PATIENCE_MILLISECONDS = 2_000;
const RECONNECT_DELAY_MILLISECONDS = 1_000;
export const MAXIMUM_USERS = 10_000;

/**
 * Remembers the users who send requests, which saves each request a query. Postgres tells every process of each change
 * as it is committed (LISTEN). That this works is never taken for granted: a word that is notified on another connection must
 * come back, again and again. While none does, as behind a pooler in transaction mode, nothing is remembered, and every
 * request asks the database.
 */
export class UserCache implements UserDirectory {
  readonly #db: Database;
  readonly #onLoss: (error: unknown) => void;
  readonly #users = new LRUCache<number, KnownUser>({ max: MAXIMUM_USERS });
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #isListening = false;
  /** Counts what may have changed a user, so that an answer that was on its way meanwhile is not remembered. */
  #changes = 0;

  /** @param onLoss is told when the connection that listens was lost; another one is made */
  constructor(db: Database, onLoss: (error: unknown) => void = () => undefined) {
    this.#db = db;
    this.#onLoss = onLoss;
    this.#ended = this.#keepListening();
  }

  /** Whether users are remembered at the moment. */
  get isListening(): boolean {
    return this.#isListening;
  }

  async find(userId: number): Promise<KnownUser | undefined> {
    const remembered = this.#users.get(userId);
    if (remembered) return remembered;
    const changes = this.#changes;
    const user = await queryUser(this.#db, userId);
    if (user && this.#isListening && changes === this.#changes) this.#users.set(user.id, user);
    return user;
  }

  forget(userId: number): void {
    this.#changes += 1;
    this.#users.delete(userId);
  }

  /** Gives the connection back; afterwards nothing is remembered. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  #startOver(isListening: boolean): void {
    this.#changes += 1;
    this.#users.clear();
    this.#isListening = isListening;
  }

  async #keepListening(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Where no connection is to be had, whoever needs one says so.
      await this.#listen(signal).catch(() => undefined);
      await delay(RECONNECT_DELAY_MILLISECONDS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Listens on one connection until it fails or the cache stops. @throws when there is none to listen on, or it hears nothing */
  async #listen(signal: AbortSignal): Promise<void> {
    const client = await this.#db.directPool.connect();
    const lost = Promise.withResolvers<never>();
    // Waited for below; a loss while nobody waits must not count as unhandled.
    lost.promise.catch(() => undefined);
    const onError = (error: Error): void => {
      this.#startOver(false);
      lost.reject(error);
    };
    const onNotification = ({ payload = '' }: pg.Notification): void => {
      if (/^\d+$/.test(payload)) this.forget(Number(payload));
    };
    client.on('error', onError).on('notification', onNotification);
    try {
      await client.query(`LISTEN ${CHANNEL}`);
      await this.#proveHearing(client);
      this.#startOver(true);
      await this.#keepProving(client, lost.promise, signal).catch(this.#onLoss);
    } finally {
      this.#startOver(false);
      client.off('error', onError).off('notification', onNotification);
      // It listens: no one else shall have it.
      client.release(true);
    }
  }

  /** @throws when the connection was lost, or no longer hears what is notified */
  async #keepProving(client: pg.PoolClient, lost: Promise<never>, signal: AbortSignal): Promise<void> {
    for (;;) {
      await Promise.race([lost, delay(HEARTBEAT_MILLISECONDS, undefined, { signal, ref: false }).catch(() => undefined)]);
      if (signal.aborted) return;
      await this.#proveHearing(client);
    }
  }

  /**
   * Notifies a word that nobody else knows, and waits until it is heard. It is notified on another connection: a pooler would
   * hand back what a connection notifies itself, while it has the session.
   * @throws when it is not heard in time
   */
  async #proveHearing(client: pg.PoolClient): Promise<void> {
    const word = randomUUID();
    const heard = Promise.withResolvers<undefined>();
    const onNotification = ({ payload }: pg.Notification): void => {
      if (payload === word) heard.resolve(undefined);
    };
    client.on('notification', onNotification);
    try {
      await withinPatience(Promise.all([this.#db.directPool.query('SELECT pg_notify($1, $2)', [CHANNEL, word]), heard.promise]));
    } finally {
      client.off('notification', onNotification);
    }
  }
}

async function withinPatience(proof: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const silence = delay(HEARTBEAT_PATIENCE_MILLISECONDS, undefined, { signal: timer.signal, ref: false }).then(() => {
    throw new Error('the connection that listens for changes of users hears nothing');
  });
  // Whichever comes second is waited for by nobody.
  silence.catch(() => undefined);
  proof.catch(() => undefined);
  try {
    await Promise.race([proof, silence]);
  } finally {
    timer.abort();
  }
}
