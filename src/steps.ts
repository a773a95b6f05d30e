import { setImmediate } from 'node:timers/promises';

/** A computation in steps: it yields wherever others may go first, and returns its result. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** How a computation shares the process; tests count with their own. */
export interface Sharing {
  /** A clock that only goes forward, in milliseconds. */
  readonly now: () => number;
  /** Lets everything run that waits by now. */
  readonly giveWay: () => Promise<unknown>;
}

/** What a request that arrives meanwhile may have to wait for. */
export const SLICE_MILLISECONDS = 10;

const WITH_THE_EVENT_LOOP: Sharing = { now: () => performance.now(), giveWay: () => setImmediate() };

/**
 * Runs a long computation without holding up the process: after each slice of time the event loop runs, so that other requests
 * are answered meanwhile.
 * @returns what the computation returned
 */
export async function stepByStep<Result>(steps: Steps<Result>, { now, giveWay }: Sharing = WITH_THE_EVENT_LOOP): Promise<Result> {
  let sliceEnds = now() + SLICE_MILLISECONDS;
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    if (now() < sliceEnds) continue;
    await giveWay();
    sliceEnds = now() + SLICE_MILLISECONDS;
  }
}
