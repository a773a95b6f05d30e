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
export const SLICE_MILLISECONDS = 5;

/**
 * Lets computations that run at the same time take turns: however many there are, others wait for one slice, not for one of each.
 * @param turn lets everything run that waits by now
 */
export function takingTurns(now: Sharing['now'], turn: Sharing['giveWay']): Sharing {
  let last: Promise<unknown> = Promise.resolve();
  return {
    now,
    giveWay: () => {
      last = last.then(turn);
      return last;
    },
  };
}

const WITH_THE_EVENT_LOOP = takingTurns(() => performance.now(), () => setImmediate());

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

/** Maps items one after the other, a step each. */
export function* mapInSteps<Item, Result>(items: readonly Item[], map: (item: Item) => Result): Steps<Result[]> {
  const results: Result[] = [];
  for (const item of items) {
    results.push(map(item));
    yield;
  }
  return results;
}

/** So many rows are prepared for one statement: to write them into its parameters holds up the process. */
export const ROWS_PER_STATEMENT = 500;

/** Divides rows into as many as one statement brings, in their order. */
export function* slicesOf<Row>(rows: readonly Row[], size: number = ROWS_PER_STATEMENT): Generator<Row[], void, undefined> {
  for (let first = 0; first < rows.length; first += size) yield rows.slice(first, first + size);
}
