import type { HttpCase } from './http-case.ts';
import type { LoadOutcome, LoadRequest } from './load-job.ts';
import type { LoadProcess } from './processes.ts';

/** How long and how often each case is measured. */
export interface Effort {
  /** Of each side, before all cases and again before each. */
  warmUpSeconds: number;
  /** The slower side is asked so long before it is the other's turn: the machine's moods last longer, and meet both alike. */
  sliceSeconds: number;
  /** Of each side, in each repeat. */
  seconds: number;
  repeats: number;
}

/** One of two things that are compared: where requests go, and which. */
export interface Side {
  url: string;
  headers: Readonly<Record<string, string>>;
  requests: LoadRequest[];
}

/** How requests are sent; see HttpCase. */
export type Sending = Pick<HttpCase, 'connections' | 'sending'>;

/** What one repeat found for one side. */
export interface Sample {
  /** Operations. */
  perSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  failures: number;
}

/**
 * Measures two sides by turns, in short slices, first one and then the other beginning. Both get the same number of
 * operations.
 * @returns for each repeat what was found for the first and the second
 */
export async function measureByTurns(load: LoadProcess, sides: readonly [Side, Side], sending: Sending, effort: Effort): Promise<[Sample, Sample][]> {
  const [first, second] = sides;
  const rate = Math.min(await warmUp(load, first, sending, effort), await warmUp(load, second, sending, effort));
  const operations = operationsIn(effort.sliceSeconds, rate, first, sending);
  const turns = Math.max(1, Math.round((effort.seconds * rate) / operations));
  const samples: [Sample, Sample][] = [];
  for (let repeat = 0; repeat < effort.repeats; repeat += 1) {
    const outcomes: [LoadOutcome[], LoadOutcome[]] = [[], []];
    for (let turn = 0; turn < turns; turn += 1) {
      for (const index of (repeat * turns + turn) % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        outcomes[index].push(await sendSlice(load, sides[index], sending, operations));
      }
    }
    samples.push([sampleOf(outcomes[0]), sampleOf(outcomes[1])]);
  }
  return samples;
}

/**
 * Asks one side for some time, at least once.
 * @returns how many operations a second it does
 */
export async function warmUp(load: LoadProcess, side: Side, sending: Sending, effort: Effort): Promise<number> {
  const until = performance.now() + effort.warmUpSeconds * 1000;
  let operations = operationsIn(0, 0, side, sending);
  for (;;) {
    const outcome = await sendSlice(load, side, sending, operations);
    const rate = outcome.milliseconds.length / outcome.seconds;
    if (performance.now() >= until) return rate;
    operations = operationsIn(effort.sliceSeconds, rate, side, sending);
  }
}

/** As many operations as fit, but whole rounds: every connection is to send all its requests equally often. */
function operationsIn(seconds: number, rate: number, side: Side, { connections, sending }: Sending): number {
  const round = connections * (sending === undefined ? side.requests.length : 1);
  return round * Math.max(1, Math.round((seconds * rate) / round));
}

async function sendSlice(load: LoadProcess, side: Side, { connections, sending }: Sending, operations: number): Promise<LoadOutcome> {
  return load.send({
    url: side.url,
    headers: side.headers,
    connections,
    requestLists: sending === 'side by side' ? side.requests.map((request) => [request]) : [side.requests],
    requestsPerOperation: sending === 'as one' ? side.requests.length : 1,
    operations,
  });
}

function sampleOf(outcomes: readonly LoadOutcome[]): Sample {
  const milliseconds = outcomes.flatMap((outcome) => outcome.milliseconds).sort((left, right) => left - right);
  const percentile = (share: number): number => milliseconds[Math.floor(milliseconds.length * share)] ?? Number.NaN;
  const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
  return {
    perSecond: milliseconds.length / sum(outcomes.map((outcome) => outcome.seconds)),
    p50Milliseconds: percentile(0.5),
    p99Milliseconds: percentile(0.99),
    failures: sum(outcomes.map((outcome) => outcome.failures)),
  };
}
