import type { FastifyBaseLogger } from 'fastify';

import type { Clock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import type { EffectHandler } from './effects.ts';
import { inDryRun, inTransaction, type Tx } from './transaction.ts';

/** Whose change it is, and about which bank account: its id, or what finds it out; undefined for none. */
export interface Turn {
  userId: number;
  bankAccount: string | undefined | (() => Promise<string | undefined>);
  log: FastifyBaseLogger;
}

/**
 * The one door through which anything is changed, from every surface: HTTP, the command line, and jobs.
 *
 * A change is one database transaction. It is tried again when the database asks for that, it reads the clock once, and
 * what it registers with `tx.afterCommit` happens after the commit and only then.
 */
export class Mutations {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #makeHappen: EffectHandler;

  constructor({ db, clock, makeHappen }: { db: Database; clock: Clock; makeHappen: EffectHandler }) {
    this.#db = db;
    this.#clock = clock;
    this.#makeHappen = makeHappen;
  }

  /**
   * Runs `work` in one database transaction and commits it.
   * @param work may run more than once, so that everything it does must go through `tx`; `now` is the time of the whole change
   * @param log where effects are logged; by default the log of the process
   * @returns what the work returned
   * @throws what the work throws, with nothing changed; UnknownFate when nobody can say what became of the commit
   */
  async run<Result>(work: (tx: Tx, now: Date) => Promise<Result>, log?: FastifyBaseLogger): Promise<Result> {
    const now = this.#clock.now();
    const { result, effects } = await inTransaction(this.#db, async (tx) => ({ result: await work(tx, now), effects: tx.effects }));
    for (const effect of effects) await this.#makeHappen(effect, log);
    return result;
  }

  /**
   * Runs `work` as `run` does, when it is its turn: while other changes of its user on its account are under way it waits in
   * memory, not on a connection.
   * @throws AppError `unavailable`, with nothing begun, when too many changes wait already or the wait took too long
   */
  async runInTurn<Result>({ userId, bankAccount, log }: Turn, work: (tx: Tx, now: Date) => Promise<Result>): Promise<Result> {
    return this.#db.changes.run(userId, bankAccount, () => this.run(work, log));
  }

  /**
   * Runs `work` as `run` does, then rolls everything back: a dry run is the real run without its end, and has no effects.
   * @returns what the work returned
   */
  async dryRun<Result>(work: (tx: Tx, now: Date) => Promise<Result>): Promise<Result> {
    const now = this.#clock.now();
    return inDryRun(this.#db, (tx) => work(tx, now));
  }
}
