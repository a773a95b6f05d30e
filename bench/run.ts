/**
 * The benchmark: `npm run bench`, or `npm run bench -- --quick` for a look in under two minutes. It starts its own
 * Postgres (fsync on), loads synthetic histories of several lengths, and measures the server against a bare reference,
 * and the longest history against the shortest, in the same run. Exit code 1 when a request failed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { openCluster, type Cluster } from './cluster.ts';
import { readEarlierResults, renderComparison } from './compare.ts';
import { FULL_FUNDING, measureFunding } from './funding.ts';
import { FULL_LINKING, measureLinking } from './linking.ts';
import { measureBusyAccount } from './measure-busy-account.ts';
import { measureGrowth } from './measure-growth.ts';
import { measurePast, type PastEffort } from './measure-past.ts';
import { measureRatios, type Bench } from './measure-ratios.ts';
import { measureStartup } from './measure-startup.ts';
import { endChildrenWithThisProcess, startLoadProcess, timeScript } from './processes.ts';
import { renderResults } from './report.ts';
import { describeMachine, type Figure, type Results } from './results.ts';
import { Site } from './site.ts';
import type { Effort } from './turns.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** Lengths of the histories, separated by commas. */
    sizes: { type: 'string' },
    /** Measures nothing but the search for links. */
    'only-linking': { type: 'boolean', default: false },
    /** Where the results are written as JSON. */
    output: { type: 'string' },
    /** An earlier result to print ratios against. */
    compare: { type: 'string' },
    /** Only the writers on one account, and what somebody else notices of them. */
    'busy-account': { type: 'boolean', default: false },
  },
});

/** What a run consists of. */
interface Plan {
  sizes: number[];
  effort: Effort;
  /** A quick run compares with the reference at the largest size only. */
  ratiosAtAllSizes: boolean;
  funding: typeof FULL_FUNDING;
  linking: typeof FULL_LINKING;
  past: PastEffort;
}

const FULL: Plan = {
  sizes: [1_000, 17_000, 100_000, 1_000_000],
  effort: { warmUpSeconds: 1, sliceSeconds: 0.12, seconds: 0.5, repeats: 5 },
  ratiosAtAllSizes: true,
  funding: FULL_FUNDING,
  linking: FULL_LINKING,
  past: { requests: 40, posts: 1_000 },
};
const QUICK: Plan = {
  sizes: [1_000, 17_000],
  effort: { warmUpSeconds: 0.12, sliceSeconds: 0.06, seconds: 0.12, repeats: 3 },
  ratiosAtAllSizes: false,
  funding: { weeks: 26, idleAccounts: 1_000 },
  linking: { accounts: 200, posts: 400, repeats: 3, steadySeconds: 5 },
  past: { requests: 10, posts: 100 },
};

const started = new Date();
const plan = { ...(flags.quick ? QUICK : FULL), ...(flags.sizes === undefined ? {} : { sizes: flags.sizes.split(',').map(Number) }) };
const earlier = flags.compare === undefined ? undefined : await readEarlierResults(flags.compare);
const say = (line: string): void => {
  process.stderr.write(`${((Date.now() - started.getTime()) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);
};

endChildrenWithThisProcess();
const cluster = await openCluster();
try {
  const load = startLoadProcess();
  const bench = { load, effort: plan.effort, say };
  if (flags['only-linking']) {
    for (const { name, value, unit } of await measureLinking(cluster, bench, plan.linking)) process.stdout.write(`${name}: ${value.toFixed(2)} ${unit}\n`);
  } else await measureAndReport(cluster, bench);
  await load.stop();
} finally {
  await cluster.close();
}

async function measureAndReport(cluster: Cluster, bench: Bench): Promise<void> {
  const results = await measureAll(cluster, bench);
  const file = resolve(flags.output ?? fileURLToPath(new URL(`./results/${started.toISOString().replaceAll(/[:.]/g, '-')}.json`, import.meta.url)));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  process.stdout.write(`${renderResults(results)}\n`);
  if (earlier) process.stdout.write(`\n${renderComparison(results, earlier)}\n`);
  if (results.failures.length > 0 || [...results.measurements, ...results.growths].some(({ failures }) => failures > 0)) process.exitCode = 1;
}

async function measureAll(cluster: Cluster, bench: Bench): Promise<Results> {
  const { effort } = plan;
  const figures: Figure[] = [];
  const failures: string[] = [];
  const sites: Site[] = [];
  for (const size of plan.sizes) {
    say(`loading ${size} transactions`);
    const began = performance.now();
    sites.push(await Site.load(cluster, size));
    figures.push({ name: `loading ${size} transactions`, value: (performance.now() - began) / 1000, unit: 's' });
  }
  const [smallest, largest] = [sites[0], sites.at(-1)];
  if (!smallest || !largest) throw new Error('there is no size to measure');
  const busyAccount = await measureBusyAccount(bench, largest);
  figures.push(...busyAccount.figures);
  if (busyAccount.failures > 0) failures.push(`${busyAccount.failures} requests failed while one account was busy`);
  const growths = smallest === largest || flags['busy-account'] ? [] : await measureGrowth(bench, smallest, largest);
  const measurements: Results['measurements'] = [];
  const ratioSites = flags['busy-account'] ? [] : plan.ratiosAtAllSizes ? sites : [largest];
  for (const site of ratioSites) {
    const { measurements: measured, peakMegabytes } = await measureRatios(bench, site);
    measurements.push(...measured);
    if (peakMegabytes !== undefined) {
      figures.push({ name: `most memory of the server under load, ${site.transactions} transactions`, value: peakMegabytes, unit: 'MB', target: { atMost: 250 } });
    }
    say(`${site.transactions} transactions: changes of the past`);
    figures.push(...(await measurePast(site, plan.past)));
    say(`${site.transactions} transactions: verify-balances`);
    const verified = await timeScript('../src/cli/main.ts', ['verify-balances'], site.environment);
    figures.push({ name: `verify-balances, ${site.transactions} transactions`, value: verified.seconds, unit: 's', target: { atMost: 20 } });
    if (!verified.isWell) failures.push(`verify-balances after ${site.transactions} transactions: ${verified.output}`);
  }
  if (!flags['busy-account']) {
    say('funding');
    figures.push(...(await measureFunding(await cluster.createDatabase('bench_funding'), plan.funding)));
    say('linking');
    figures.push(...(await measureLinking(cluster, bench, plan.linking)));
    say('start-up');
    figures.push(await measureStartup(effort.repeats));
  }
  return {
    started: started.toISOString(),
    minutes: (Date.now() - started.getTime()) / 60_000,
    machine: describeMachine(cluster.version),
    effort: `${effort.repeats} repeats of ${effort.seconds} s for each side of each case`,
    measurements,
    growths,
    figures,
    failures,
  };
}
