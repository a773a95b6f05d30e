import { setImmediate } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { slicesOf, stepByStep, SLICE_MILLISECONDS, takingTurns, type Steps } from '../../src/steps.ts';

function* count(steps: number): Steps<number> {
  for (let step = 0; step < steps; step += 1) yield;
  return steps;
}

test('a computation gives way at the first step after each slice of time, and returns its result', async () => {
  let milliseconds = 0;
  const givenWayAt: number[] = [];
  const steps = Math.floor(3.5 * SLICE_MILLISECONDS);
  const result = await stepByStep(count(steps), {
    now: () => milliseconds++,
    giveWay: () => {
      givenWayAt.push(milliseconds);
      // Others take much longer than a slice: that is no part of the next one.
      milliseconds += 1_000;
      return Promise.resolve();
    },
  });
  expect(result).toBe(steps);
  expect(givenWayAt).toHaveLength(3);
  expect(givenWayAt[0]).toBe(SLICE_MILLISECONDS + 1);
  expect((givenWayAt[1] ?? 0) - (givenWayAt[0] ?? 0)).toBe(1_000 + SLICE_MILLISECONDS + 1);
});

test('everything else that waits runs between two slices, and a failure comes through', async () => {
  const order: string[] = [];
  function* failing(): Steps<never> {
    order.push('first slice');
    void setImmediate().then(() => order.push('another request'));
    yield;
    order.push('second slice');
    throw new Error('a broken schedule');
  }
  let milliseconds = 0;
  const running = stepByStep(failing(), { now: () => (milliseconds += SLICE_MILLISECONDS), giveWay: () => setImmediate() });
  await expect(running).rejects.toThrow('a broken schedule');
  expect(order).toEqual(['first slice', 'another request', 'second slice']);
});

test('computations side by side take turns: between two turns of everything else, one slice of one of them runs', async () => {
  const order: string[] = [];
  function* named(name: string): Steps<void> {
    for (let slice = 1; slice <= 3; slice += 1) {
      order.push(`${name}${slice}`);
      yield;
    }
  }
  let milliseconds = 0;
  const waiting: (() => void)[] = [];
  const turn = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const sharing = takingTurns(() => (milliseconds += SLICE_MILLISECONDS), turn);
  const running = Promise.all(['a', 'b', 'c'].map((name) => stepByStep(named(name), sharing)));
  await setImmediate();
  while (waiting.length > 0) {
    const before = order.length;
    for (const goOn of waiting.splice(0)) goOn();
    await setImmediate();
    expect(order.length - before).toBeLessThanOrEqual(1);
  }
  await running;
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3']);
});

test('slices hold all rows in their order, and none more than it may', () => {
  expect([...slicesOf([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...slicesOf([])]).toEqual([]);
});
