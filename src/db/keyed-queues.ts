import PQueue from 'p-queue';

import { AppError } from '../errors.ts';

const RETRY_AFTER_SECONDS = 5;

export interface QueueLimits {
  /** So much of one key runs at a time. */
  concurrency: number;
  /** So much of one key may wait beyond that. */
  maximumWaiting: number;
  /** So long it may wait before it begins. */
  patienceMilliseconds: number;
}

/**
 * Queues in memory, one for each key: what comes under one key never waits for what comes under another, and what waits
 * holds nothing but its place.
 */
export class KeyedQueues {
  readonly #limits: QueueLimits;
  readonly #queues = new Map<string, PQueue>();

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** Says whether nothing of this key runs or waits. */
  isIdle(key: string): boolean {
    return !this.#queues.has(key);
  }

  /**
   * Does `work` when it is its turn.
   * @returns what `work` returned
   * @throws AppError `unavailable`, with nothing begun, when too much waits already or the wait took too long
   */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const { concurrency, maximumWaiting, patienceMilliseconds } = this.#limits;
    const queue = this.#queueOf(key);
    if (queue.pending >= concurrency && queue.size >= maximumWaiting) throw tooBusy();
    const impatience = new AbortController();
    const timer = setTimeout(() => { impatience.abort(tooBusy()); }, patienceMilliseconds);
    return queue.add(
      () => {
        clearTimeout(timer);
        return work();
      },
      { signal: impatience.signal },
    );
  }

  #queueOf(key: string): PQueue {
    const present = this.#queues.get(key);
    if (present) return present;
    const queue = new PQueue({ concurrency: this.#limits.concurrency });
    queue.on('idle', () => this.#queues.delete(key));
    this.#queues.set(key, queue);
    return queue;
  }
}

function tooBusy(): AppError {
  return new AppError('unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
