import type { Database } from '../db/database.ts';
import { enqueueLinking } from './link-all-transactions.ts';

/** How long wake-ups are gathered: an import's posts come faster than a search is worth. */
export const GATHERING_MILLISECONDS = 1_000;

/**
 * Wakes the search for counterparts of new transactions. What is still to be searched stands in the transactions
 * themselves (`link_pending`), so that this is only a wake-up: it may be lost in a crash, and the minute's search finds
 * what is left. However many posts come, to however many accounts, there is one wake-up a second, instead of a job per post.
 */
export class Linker {
  readonly #db: Database;
  readonly #onFailure: (error: unknown) => void;
  readonly #gatheringMilliseconds: number;
  #gathering: NodeJS.Timeout | undefined;
  readonly #enqueuing = new Set<Promise<void>>();

  /**
   * @param onFailure is told when a wake-up could not be enqueued
   * @param gatheringMilliseconds how long wake-ups are gathered
   */
  constructor(db: Database, onFailure: (error: unknown) => void, gatheringMilliseconds: number = GATHERING_MILLISECONDS) {
    this.#db = db;
    this.#onFailure = onFailure;
    this.#gatheringMilliseconds = gatheringMilliseconds;
  }

  /** Asks for a search, after the commit that made a transaction. Returns at once. */
  wake(): void {
    if (this.#gathering) return;
    this.#gathering = setTimeout(() => { this.#enqueue(); }, this.#gatheringMilliseconds);
    // A wake-up that waits keeps no process alive.
    this.#gathering.unref();
  }

  /** Enqueues the wake-up that waits, if any, and resolves when that is done. */
  async settled(): Promise<void> {
    if (this.#gathering) this.#enqueue();
    await Promise.all(this.#enqueuing);
  }

  #enqueue(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const enqueuing = enqueueLinking(this.#db)
      .catch(this.#onFailure)
      .finally(() => this.#enqueuing.delete(enqueuing));
    this.#enqueuing.add(enqueuing);
  }
}
