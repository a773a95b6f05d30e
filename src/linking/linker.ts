import { enqueueForAccount, JOBS } from '../jobs/job-queue.ts';
import type { Database } from '../db/database.ts';

/** How long wake-ups for one account are gathered: an import's posts come faster than a search is worth. */
const GATHERING_MILLISECONDS = 1_000;

/**
 * Wakes the search for mirror images of new transactions. What is still to be searched stands in the transactions
 * themselves (`link_pending`), so that this is only a wake-up: it may be lost in a crash, and the minute's sweep finds
 * what is left. A burst of posts collapses into one wake-up a second, instead of a job per post.
 */
export class Linker {
  readonly #db: Database;
  readonly #onFailure: (error: unknown) => void;
  readonly #gatheringMilliseconds: number;
  readonly #gathering = new Map<string, NodeJS.Timeout>();
  readonly #enqueuing = new Set<Promise<void>>();

  /**
   * @param onFailure is told when a wake-up could not be enqueued
   * @param gatheringMilliseconds how long wake-ups for one account are gathered
   */
  constructor(db: Database, onFailure: (error: unknown) => void, gatheringMilliseconds: number = GATHERING_MILLISECONDS) {
    this.#db = db;
    this.#onFailure = onFailure;
    this.#gatheringMilliseconds = gatheringMilliseconds;
  }

  /** Asks for a search on one account, after the commit that made its transaction. Returns at once. */
  wake(bankAccountId: string): void {
    if (this.#gathering.has(bankAccountId)) return;
    const timer = setTimeout(() => { this.#enqueue(bankAccountId); }, this.#gatheringMilliseconds);
    // A wake-up that waits keeps no process alive.
    timer.unref();
    this.#gathering.set(bankAccountId, timer);
  }

  /** Enqueues every wake-up so far without waiting any longer, and resolves when that is done. */
  async settled(): Promise<void> {
    for (const bankAccountId of [...this.#gathering.keys()]) this.#enqueue(bankAccountId);
    await Promise.all(this.#enqueuing);
  }

  #enqueue(bankAccountId: string): void {
    clearTimeout(this.#gathering.get(bankAccountId));
    this.#gathering.delete(bankAccountId);
    const enqueuing = enqueueForAccount(this.#db, JOBS.linkTransactions, bankAccountId)
      .catch(this.#onFailure)
      .finally(() => this.#enqueuing.delete(enqueuing));
    this.#enqueuing.add(enqueuing);
  }
}
