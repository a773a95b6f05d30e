import type { Clock } from '../dates.ts';

/**
 * The demonstration's calendar. It begins on the day before the first payday of the example statements, so that
 * the budgets are there when their funding dates come, and then jumps behind their end.
 */
export class StoryClock implements Clock {
  readonly #realClock: Clock;
  #offsetMilliseconds: number;

  /** @param start where time stands at first; from there it runs as always. */
  constructor(start: Date, realClock: Clock) {
    this.#realClock = realClock;
    this.#offsetMilliseconds = start.getTime() - realClock.now().getTime();
  }

  now(): Date {
    return new Date(this.#realClock.now().getTime() + this.#offsetMilliseconds);
  }

  /** Jumps to the real time, or to `earliest` on a machine whose calendar has not come that far. */
  returnToPresent(earliest: Date): void {
    this.#offsetMilliseconds = Math.max(0, earliest.getTime() - this.#realClock.now().getTime());
  }
}
