import { afterEach, expect, test, vi } from 'vitest';

import { KeyedQueues } from '../../src/db/keyed-queues.ts';

const PATIENCE_MILLISECONDS = 1_000;

afterEach(() => {
  vi.useRealTimers();
});

/** Work that runs until it is ended, noting in `begun` that it has begun. */
class Work {
  readonly #done = Promise.withResolvers<string>();
  readonly #begun: string[];
  readonly name: string;

  constructor(name: string, begun: string[]) {
    this.name = name;
    this.#begun = begun;
  }

  readonly run = (): Promise<string> => {
    this.#begun.push(this.name);
    return this.#done.promise;
  };

  end(): void {
    this.#done.resolve(this.name);
  }

  fail(): void {
    this.#done.reject(new Error(this.name));
  }
}

function setup(): { queues: KeyedQueues; begun: string[]; work: (name: string) => Work } {
  const begun: string[] = [];
  const queues = new KeyedQueues({ concurrency: 2, maximumWaiting: 2, patienceMilliseconds: PATIENCE_MILLISECONDS });
  return { queues, begun, work: (name) => new Work(name, begun) };
}

test('of one key so many run, and the others in their order as those end or fail; other keys do not wait for them', async () => {
  const { queues, begun, work } = setup();
  const works = ['a', 'b', 'c', 'd'].map(work);
  const results = works.map((one) => queues.run('first', one.run));
  const other = work('other');
  const otherResult = queues.run('second', other.run);
  expect(begun).toEqual(['a', 'b', 'other']);

  works[1]?.fail();
  await expect(results[1]).rejects.toThrow('b');
  await vi.waitFor(() => { expect(begun).toEqual(['a', 'b', 'other', 'c']); });
  for (const one of [...works, other]) one.end();
  expect(await Promise.all([results[0], results[2], results[3], otherResult])).toEqual(['a', 'c', 'd', 'other']);
  expect(begun).toEqual(['a', 'b', 'other', 'c', 'd']);
  await vi.waitFor(() => { expect([queues.isIdle('first'), queues.isIdle('second')]).toEqual([true, true]); });
});

test('what comes when so many wait is refused, and may be tried again', async () => {
  const { queues, begun, work } = setup();
  const works = ['a', 'b', 'c', 'd'].map(work);
  const results = works.map((one) => queues.run('key', one.run));
  await expect(queues.run('key', work('e').run)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
  for (const one of works) one.end();
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  expect(begun).not.toContain('e');
});

test('what has waited too long is refused and never begins, and what has begun may take its time', async () => {
  vi.useFakeTimers();
  const { queues, begun, work } = setup();
  const works = ['a', 'b'].map(work);
  const results = works.map((one) => queues.run('key', one.run));
  const tooLate = queues.run('key', work('c').run).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(PATIENCE_MILLISECONDS);
  expect(await tooLate).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
  await vi.advanceTimersByTimeAsync(PATIENCE_MILLISECONDS * 10);
  for (const one of works) one.end();
  expect(await Promise.all(results)).toEqual(['a', 'b']);
  expect(begun).toEqual(['a', 'b']);
});
