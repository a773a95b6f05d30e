import { expect, test } from 'vitest';

import { stepByStep, SLICE_MILLISECONDS, type Steps } from '../../src/steps.ts';

function* count(steps: number): Steps<number> {
  for (let step = 0; step < steps; step += 1) yield;
  return steps;
}

test('a computation gives way at the first step after each slice of time, and returns its result', async () => {
  let milliseconds = 0;
  const givenWayAt: number[] = [];
  const result = await stepByStep(count(35), {
    now: () => milliseconds++,
    giveWay: () => {
      givenWayAt.push(milliseconds);
      // Others take much longer than a slice: that is no part of the next one.
      milliseconds += 1_000;
      return Promise.resolve();
    },
  });
  expect(result).toBe(35);
  expect(givenWayAt).toHaveLength(3);
  expect(givenWayAt[0]).toBe(SLICE_MILLISECONDS + 1);
  expect((givenWayAt[1] ?? 0) - (givenWayAt[0] ?? 0)).toBe(1_000 + SLICE_MILLISECONDS + 1);
});

test('everything else that waits runs between two slices, and a failure comes through', async () => {
  const order: string[] = [];
  function* failing(): Steps<never> {
    order.push('first slice');
    setImmediate(() => order.push('another request'));
    yield;
    order.push('second slice');
    throw new Error('a broken schedule');
  }
  let milliseconds = 0;
  const running = stepByStep(failing(), { now: () => (milliseconds += SLICE_MILLISECONDS), giveWay: () => new Promise(setImmediate) });
  await expect(running).rejects.toThrow('a broken schedule');
  expect(order).toEqual(['first slice', 'another request', 'second slice']);
});
