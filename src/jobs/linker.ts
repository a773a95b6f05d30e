import { enqueueForAccount, JOBS } from './job-queue.ts';
import type { Database } from '../db/database.ts';

/**
 * Wakes the search for mirror images of new transactions. What is still to be searched stands in the transactions
 * themselves (`link_pending`), so that this is only a wake-up: it may be lost in a crash, and the minute's sweep finds
 * what is left. A burst of posts collapses into few wake-ups, instead of a job per post.
 */
export class Linker {
  readonly #db: Database;
  readonly #onFailure: (error: unknown) => void;
  readonly #waking = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();

  constructor(db: Database, onFailure: (error: unknown) => void) {
    this.#db = db;
    this.#onFailure = onFailure;
  }

  /** Asks for a search on one account, after the commit that made its transaction. Returns at once. */
  wake(bankAccountId: string): void {
    if (this.#waking.has(bankAccountId)) {
      this.#again.add(bankAccountId);
      return;
    }
    const waking = enqueueForAccount(this.#db, JOBS.linkTransactions, bankAccountId)
      .catch(this.#onFailure)
      .finally(() => {
        this.#waking.delete(bankAccountId);
        if (this.#again.delete(bankAccountId)) this.wake(bankAccountId);
      });
    this.#waking.set(bankAccountId, waking);
  }

  /** Resolves when every wake-up so far is enqueued. */
  async settled(): Promise<void> {
    while (this.#waking.size > 0) await Promise.all(this.#waking.values());
  }
}
