import PQueue from 'p-queue';

import { AppError } from '../errors.ts';

/**
 * Who waits for a password to be hashed: somebody who has logged in from this address before, or anybody else. Each has a
 * lane of its own, so that strangers, however many come, keep nobody out who is known, and take one processor at most.
 */
export type HashLane = 'known' | 'stranger';

/** Passwords that are hashed at a time. Together three of libuv's four threads, so that files and names are still served during a wave of logins. */
export const HASHES_AT_ONCE: Readonly<Record<HashLane, number>> = { known: 2, stranger: 1 };
const lanes = { known: new PQueue({ concurrency: HASHES_AT_ONCE.known }), stranger: new PQueue({ concurrency: HASHES_AT_ONCE.stranger }) };
/** Per lane; less than a second's worth. Whoever comes after them is told to come back, and costs nothing but that answer. */
export const MAXIMUM_WAITING = 32;
const RETRY_AFTER_SECONDS = 2;

/** Says that its holder may hash one password now. Only `inHashQueue` makes one. */
class HashTurn {
  readonly #mine = true;

  get isTurn(): boolean {
    return this.#mine;
  }
}

export type { HashTurn };

/**
 * Waits for a turn in a lane, and runs a task in it.
 * @throws AppError `unavailable` when too many wait in the lane already
 */
export async function inHashQueue<Result>(lane: HashLane, task: (turn: HashTurn) => Promise<Result>): Promise<Result> {
  const queue = lanes[lane];
  if (queue.size >= MAXIMUM_WAITING) throw new AppError('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return queue.add(() => task(new HashTurn()));
}
