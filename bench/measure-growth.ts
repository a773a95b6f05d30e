import { CASES } from './cases.ts';
import type { HttpCase } from './http-case.ts';
import { warmUpAll, type Bench } from './measure-ratios.ts';
import type { Growth } from './results.ts';
import { sideOf, type Endpoint, type Site } from './site.ts';
import { spreadOf } from './spread.ts';
import { measureByTurns } from './turns.ts';

/**
 * Measures how the time of requests grows with the history: a server on the smallest and one on the largest by turns,
 * with one client, so that nothing queues.
 */
export async function measureGrowth(bench: Bench, smallest: Site, largest: Site): Promise<Growth[]> {
  const cases = CASES.filter(({ growth }) => growth !== undefined);
  const small = await smallest.startServer();
  const large = await largest.startServer();
  try {
    await warmUpAll(bench, smallest, cases, [small]);
    await warmUpAll(bench, largest, cases, [large]);
    const growths: Growth[] = [];
    for (const httpCase of cases) {
      bench.say(`${smallest.transactions} and ${largest.transactions} transactions: ${httpCase.name}`);
      growths.push(await measureOne(bench, httpCase, [smallest, small], [largest, large]));
    }
    return growths;
  } finally {
    await small.process.stop();
    await large.process.stop();
  }
}

async function measureOne({ load, effort }: Bench, httpCase: HttpCase, [smallest, small]: [Site, Endpoint], [largest, large]: [Site, Endpoint]): Promise<Growth> {
  const sides = [
    sideOf(small, (await smallest.requestsOf(httpCase, small)).server),
    sideOf(large, (await largest.requestsOf(httpCase, large)).server),
  ] as const;
  const samples = await measureByTurns(load, sides, { ...httpCase, connections: 1 }, effort);
  return {
    name: httpCase.name,
    smallest: smallest.transactions,
    largest: largest.transactions,
    smallestMilliseconds: spreadOf(samples.map(([sample]) => sample.p50Milliseconds)),
    largestMilliseconds: spreadOf(samples.map(([, sample]) => sample.p50Milliseconds)),
    growth: spreadOf(samples.map(([before, after]) => after.p50Milliseconds / before.p50Milliseconds)),
    ...httpCase.growth,
    failures: samples.flat().reduce((total, sample) => total + sample.failures, 0),
  };
}
