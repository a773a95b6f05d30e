/** The process that sends requests with autocannon: jobs come and outcomes go over its channel to the parent, one at a time. */
import { performance } from 'node:perf_hooks';

import autocannon from 'autocannon';

import { loadJob, type LoadJob, type LoadOutcome } from './load-job.ts';

/** autocannon looks this often whether it has ended. */
const SAMPLE_MILLISECONDS = 5;
/** A back-dated transaction of the longest history takes its time. */
const TIMEOUT_SECONDS = 120;
/** So many failed connections mean that nobody is there. */
const MAXIMUM_ERRORS = 100;

async function run(job: LoadJob): Promise<LoadOutcome> {
  // autocannon's own histogram counts whole milliseconds; a quick answer takes a fraction of one.
  const milliseconds: number[] = [];
  const unfinished = new Map<autocannon.Client, { requests: number; milliseconds: number }>();
  let started = performance.now();
  let ended = started;
  let connection = 0;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url: job.url,
      headers: job.headers,
      connections: job.connections,
      amount: job.operations * job.requestsPerOperation,
      setupClient: (client) => {
        client.setRequests((job.requestLists[connection % job.requestLists.length] ?? []).map(({ body, ...request }) => (body === undefined ? request : { ...request, body })));
        connection += 1;
      },
      sampleInt: SAMPLE_MILLISECONDS,
      timeout: TIMEOUT_SECONDS,
      bailout: MAXIMUM_ERRORS,
    };
    const instance = autocannon(options, (error: unknown, answer) => {
      if (error instanceof Error) reject(error);
      else resolve(answer);
    });
    instance.on('start', () => {
      started = performance.now();
    });
    instance.on('response', (client, _status, _bytes, responseMilliseconds) => {
      ended = performance.now();
      const operation = unfinished.get(client) ?? { requests: 0, milliseconds: 0 };
      operation.requests += 1;
      operation.milliseconds += responseMilliseconds;
      unfinished.set(client, operation);
      if (operation.requests < job.requestsPerOperation) return;
      milliseconds.push(operation.milliseconds);
      unfinished.delete(client);
    });
  });
  return { seconds: (ended - started) / 1000, milliseconds, failures: result.non2xx + result.errors };
}

process.on('message', (message) => {
  void run(loadJob.parse(message)).then((outcome) => process.send?.(outcome));
});
// The parent is gone, perhaps in the middle of a job.
process.on('disconnect', () => {
  process.exit();
});
