/** Runs tasks, at most so many at once; the others wait their turn. */
export type Limited = <Result>(task: () => Promise<Result>) => Promise<Result>;

/**
 * Makes a queue in front of a scarce resource.
 * @param concurrent tasks that run at once.
 * @param maximumWaiting tasks that may wait; one more is refused.
 * @param refusal makes the error that it is refused with.
 */
export function limitConcurrency(concurrent: number, maximumWaiting: number, refusal: () => Error): Limited {
  const waiting: (() => void)[] = [];
  let running = 0;

  const enter = async (): Promise<void> => {
    if (running < concurrent) {
      running += 1;
      return;
    }
    if (waiting.length >= maximumWaiting) throw refusal();
    // Whoever leaves hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  };

  return async (task) => {
    await enter();
    try {
      return await task();
    } finally {
      leave();
    }
  };
}
