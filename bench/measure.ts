import type { HttpCase } from './cases.ts';
import type { LoadOutcome } from './load.ts';
import { sendLoad } from './processes.ts';

/** How long and how often each case is measured. */
export interface Effort {
  warmUpSeconds: number;
  seconds: number;
  repeats: number;
}

export interface Spread {
  median: number;
  least: number;
  greatest: number;
}

/** The result of one case at one size. */
export interface Measurement {
  name: string;
  transactions: number;
  requestsPerSecond: Spread;
  p50Milliseconds: Spread;
  p99Milliseconds: Spread;
  failures: number;
  /** Requests per second of the server ÷ those of the bare reference, measured in turn with it. */
  ratio?: Spread;
  referenceRequestsPerSecond?: Spread;
  target?: number;
  flat?: number;
}

/** The median of some numbers, and how far they spread. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((left, right) => left - right);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return { median, least: sorted[0] ?? Number.NaN, greatest: sorted.at(-1) ?? Number.NaN };
}

/**
 * Measures one case: server and reference by turns, so that what else the machine does meets both alike.
 */
export async function measure(
  httpCase: HttpCase,
  transactions: number,
  urls: { server: string; reference: string },
  token: string,
  effort: Effort,
): Promise<Measurement> {
  const { connections } = httpCase;
  const headers = { 'content-type': 'application/json' };
  const askServer = (seconds: number): Promise<LoadOutcome> =>
    sendLoad({ url: urls.server, connections, seconds, headers: { ...headers, authorization: `Bearer ${token}` }, ...httpCase.server });
  const { reference } = httpCase;
  const askReference = reference && ((seconds: number) => sendLoad({ url: urls.reference, connections, seconds, headers, ...reference }));

  await askServer(effort.warmUpSeconds);
  await askReference?.(effort.warmUpSeconds);
  const outcomes: LoadOutcome[] = [];
  const references: LoadOutcome[] = [];
  for (let repeat = 0; repeat < effort.repeats; repeat += 1) {
    outcomes.push(await askServer(effort.seconds));
    if (askReference) references.push(await askReference(effort.seconds));
  }
  const rates = outcomes.map((outcome) => outcome.requestsPerSecond);
  const referenceRates = references.map((outcome) => outcome.requestsPerSecond);
  return {
    name: httpCase.name,
    transactions,
    requestsPerSecond: spreadOf(rates),
    p50Milliseconds: spreadOf(outcomes.map((outcome) => outcome.p50Milliseconds)),
    p99Milliseconds: spreadOf(outcomes.map((outcome) => outcome.p99Milliseconds)),
    failures: [...outcomes, ...references].reduce((total, outcome) => total + outcome.failures, 0),
    ...(references.length > 0
      ? {
          ratio: spreadOf(rates.map((rate, index) => rate / (referenceRates[index] ?? Number.NaN))),
          referenceRequestsPerSecond: spreadOf(referenceRates),
        }
      : {}),
    ...(httpCase.target === undefined ? {} : { target: httpCase.target }),
    ...(httpCase.flat === undefined ? {} : { flat: httpCase.flat }),
  };
}
