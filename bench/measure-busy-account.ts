import { get, post, TRANSACTIONS } from './http-case.ts';
import type { LoadJob, LoadOutcome } from './load-job.ts';
import type { Bench } from './measure-ratios.ts';
import { startLoadProcess } from './processes.ts';
import type { Figure } from './results.ts';
import { sideOf, type Site } from './site.ts';
import { spreadOf } from './spread.ts';
import type { Side } from './turns.ts';

const WRITERS = 60;
/** Of the other user, one after the other. */
const READS_PER_SLICE = 50;
/** How long the writers write in each repeat: so that how they begin and end does not matter. */
const WRITING_SECONDS = 3;

/**
 * Measures what a user notices of another one's busy account: a list's p50 beside 60 writers on that account, in times of
 * what it is without them. Both are measured by turns.
 */
export async function measureBusyAccount({ load, effort, say }: Bench, site: Site): Promise<{ figures: Figure[]; failures: number }> {
  say(`${WRITERS} writers on one account, and somebody else`);
  const server = await site.startServer();
  const otherLoad = startLoadProcess();
  try {
    const body = { bank_account: site.data.accountId, amount: '-1.00', posted_date: '2026-11-20T12:00:00Z', transaction_type: '', raw_description: 'FEE' };
    const writers = jobOf(sideOf(server, [post(TRANSACTIONS, body)]), WRITERS, WRITERS * 10);
    const reads = jobOf(await site.neighbourOf(server, [get(TRANSACTIONS)]), 1, READS_PER_SLICE);
    const warm = await load.send(writers);
    await otherLoad.send(reads);
    const operations = WRITERS * Math.ceil(((warm.milliseconds.length / warm.seconds) * WRITING_SECONDS) / WRITERS);

    const samples = { idle: [] as number[], busy: [] as number[], ratio: [] as number[], writes: [] as number[] };
    let { failures } = warm;
    for (let repeat = 0; repeat < effort.repeats; repeat += 1) {
      const idle = [await otherLoad.send(reads), await otherLoad.send(reads)];
      const { beside: busy, written } = await readBeside(load.send({ ...writers, operations }), () => otherLoad.send(reads));
      failures += [...idle, ...busy, written].reduce((sum, outcome) => sum + outcome.failures, 0);
      samples.idle.push(p50Of(idle));
      samples.busy.push(p50Of(busy));
      samples.ratio.push(p50Of(busy) / p50Of(idle));
      samples.writes.push(written.milliseconds.length / written.seconds);
    }
    const what = `a list beside ${WRITERS} writers on somebody else's account`;
    return {
      figures: [
        { name: `${what}, in times of its idle p50`, value: spreadOf(samples.ratio).median, unit: '×', target: { atMost: 2 } },
        { name: `${what}, idle p50`, value: spreadOf(samples.idle).median, unit: 'ms' },
        { name: `${what}, p50`, value: spreadOf(samples.busy).median, unit: 'ms' },
        { name: 'what the writers write meanwhile', value: spreadOf(samples.writes).median, unit: 'posts/s' },
      ],
      failures,
    };
  } finally {
    await otherLoad.stop();
    await server.process.stop();
  }
}

/** Reads again and again while others write. @returns what came of the reads, without the one during which the writers ended */
async function readBeside(writing: Promise<LoadOutcome>, read: () => Promise<LoadOutcome>): Promise<{ beside: LoadOutcome[]; written: LoadOutcome }> {
  const beside: LoadOutcome[] = [];
  const ended = writing.then((written) => ({ written }));
  for (;;) {
    const outcome = read();
    const end = await Promise.race([ended, outcome.then(() => undefined)]);
    const slice = await outcome;
    if (end && beside.length > 0) return { beside, ...end };
    beside.push(slice);
    if (end) return { beside, ...end };
  }
}

function jobOf({ url, headers, requests }: Side, connections: number, operations: number): LoadJob {
  return { url, headers, connections, requestLists: [requests], requestsPerOperation: 1, operations };
}

/**
 * What someone who comes at any moment meets in half of the cases. A client that waits for each answer sends few requests
 * while they take long, so that each counts for as long as it took.
 */
function p50Of(outcomes: readonly LoadOutcome[]): number {
  const sorted = outcomes.flatMap(({ milliseconds }) => milliseconds).sort((left, right) => left - right);
  const half = sorted.reduce((sum, milliseconds) => sum + milliseconds, 0) / 2;
  let passed = 0;
  return sorted.find((milliseconds) => (passed += milliseconds) >= half) ?? Number.NaN;
}
