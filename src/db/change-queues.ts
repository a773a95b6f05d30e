import { KeyedQueues } from './keyed-queues.ts';

/** Of one user and account: one works, the next is at the lock when it is let go of. */
export const CONCURRENT_CHANGES_OF_ACCOUNT = 2;
export const WAITING_CHANGES_OF_ACCOUNT = 100;
/** Of one user, on all accounts together: leaves most connections to others. */
export const CONCURRENT_CHANGES_OF_USER = 8;
/** Of one user, waiting and under way. */
export const CHANGES_OF_USER = 300;
/** As long as for a lock. */
export const PATIENCE_MILLISECONDS = 10_000;

/**
 * Where changes wait before they take a connection. The writers of one account wait for its lock anyway, and the
 * connections that they would hold meanwhile are everybody's. The queues are each user's own, so that a stranger who names
 * an account in vain, or an owner who floods it, does not stand in another's way.
 */
export class ChangeQueues {
  readonly #changes = new KeyedQueues({ concurrency: CHANGES_OF_USER, maximumWaiting: 0, patienceMilliseconds: PATIENCE_MILLISECONDS });
  readonly #accounts = new KeyedQueues({
    concurrency: CONCURRENT_CHANGES_OF_ACCOUNT,
    maximumWaiting: WAITING_CHANGES_OF_ACCOUNT,
    patienceMilliseconds: PATIENCE_MILLISECONDS,
  });
  readonly #connections = new KeyedQueues({
    concurrency: CONCURRENT_CHANGES_OF_USER,
    maximumWaiting: CHANGES_OF_USER,
    patienceMilliseconds: PATIENCE_MILLISECONDS,
  });

  /**
   * Does `work`, which takes a connection, when it is its turn.
   * @param account the account that the change is about: its id, or what finds it out, which is asked only when the user has
   *   other changes under way, so that a client which waits for each answer does not pay for it. Undefined for none.
   * @throws AppError `unavailable`, with nothing begun, when too much waits already or the wait took too long
   */
  async run<Result>(
    userId: number,
    account: string | undefined | (() => Promise<string | undefined>),
    work: () => Promise<Result>,
  ): Promise<Result> {
    const user = String(userId);
    const isAlone = this.#changes.isIdle(user);
    return this.#changes.run(user, async () => {
      const id = typeof account !== 'function' ? account : isAlone ? 'not asked' : await account();
      // The account's queue first: a busy account must not use up what the user may do on others.
      return this.#accounts.run(`${user} ${id ?? 'none'}`, () => this.#connections.run(user, work));
    });
  }
}
