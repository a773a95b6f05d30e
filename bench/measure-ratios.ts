import { CASES } from './cases.ts';
import type { HttpCase } from './http-case.ts';
import type { Measurement } from './results.ts';
import { differenceOf } from './same-answers.ts';
import { sideOf, type Endpoint, type Site } from './site.ts';
import { spreadOf } from './spread.ts';
import { measureByTurns, warmUp, type Effort, type Sample } from './turns.ts';
import type { LoadProcess } from './processes.ts';

/** What measuring takes. */
export interface Bench {
  load: LoadProcess;
  effort: Effort;
  /** Tells a person how far it is. */
  say: (line: string) => void;
}

/**
 * Measures every case on one history, the server and the bare reference by turns.
 * @returns with the most memory that the server had resident
 */
export async function measureRatios(bench: Bench, site: Site): Promise<{ measurements: Measurement[]; peakMegabytes: number | undefined }> {
  const server = await site.startServer();
  const reference = await site.startReference();
  try {
    await warmUpAll(bench, site, CASES, [server, reference]);
    const measurements: Measurement[] = [];
    for (const httpCase of CASES) {
      bench.say(`${site.transactions} transactions: ${httpCase.name}`);
      measurements.push(await measureRatio(bench, site, httpCase, server, reference));
    }
    return { measurements, peakMegabytes: await server.process.peakMegabytes() };
  } finally {
    await server.process.stop();
    await reference.process.stop();
  }
}

/** Asks for everything once before anything is measured, so that what all routes share is compiled when the first is. */
export async function warmUpAll({ load, effort, say }: Bench, site: Site, cases: readonly HttpCase[], [server, reference]: [Endpoint, Endpoint?]): Promise<void> {
  say(`${site.transactions} transactions: warming up`);
  for (const httpCase of cases.filter(({ isLikeAnother }) => !isLikeAnother)) {
    const requests = await site.requestsOf(httpCase, server);
    await warmUp(load, sideOf(server, requests.server), httpCase, effort);
    if (reference) await warmUp(load, sideOf(reference, requests.reference), httpCase, effort);
  }
}

async function measureRatio({ load, effort, say }: Bench, site: Site, httpCase: HttpCase, server: Endpoint, reference: Endpoint): Promise<Measurement> {
  const requests = await site.requestsOf(httpCase, server);
  const sides = [sideOf(server, requests.server), sideOf(reference, requests.reference)] as const;
  const difference = await differenceOf(...sides);
  if (difference !== undefined) say(difference);
  const samples = await measureByTurns(load, sides, httpCase, effort);
  const ofServer = (value: (sample: Sample) => number): number[] => samples.map(([sample]) => value(sample));
  return {
    name: httpCase.name,
    transactions: site.transactions,
    perSecond: spreadOf(ofServer((sample) => sample.perSecond)),
    p50Milliseconds: spreadOf(ofServer((sample) => sample.p50Milliseconds)),
    p99Milliseconds: spreadOf(ofServer((sample) => sample.p99Milliseconds)),
    referencePerSecond: spreadOf(samples.map(([, sample]) => sample.perSecond)),
    ratio: spreadOf(samples.map(([ours, bare]) => ours.perSecond / bare.perSecond)),
    ...(httpCase.target === undefined ? {} : { target: httpCase.target }),
    failures: samples.flat().reduce((total, sample) => total + sample.failures, difference === undefined ? 0 : 1),
  };
}
