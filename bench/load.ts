/** A process of its own that sends requests with autocannon: `node bench/load.ts` reads a job as JSON and prints the outcome as JSON. */
import { text } from 'node:stream/consumers';

import autocannon from 'autocannon';

/** What one measurement sends. */
export interface LoadJob {
  url: string;
  connections: number;
  seconds: number;
  headers: Record<string, string>;
  method: 'GET' | 'POST';
  /** Requests sent in turn by each connection: a path, and a body that may hold `{{n}}` for a number that differs each time. */
  requests: { path: string; body?: string }[];
}

/** What came of it. */
export interface LoadOutcome {
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  failures: number;
}

async function run(job: LoadJob): Promise<LoadOutcome> {
  let number = 0;
  // autocannon's own histogram counts whole milliseconds; a quick answer takes a fraction of one.
  const milliseconds: number[] = [];
  const started = performance.now();
  let ended = started;
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url: job.url,
      connections: job.connections,
      duration: job.seconds,
      headers: job.headers,
      requests: job.requests.map(({ path, body }) => ({
        method: job.method,
        path,
        ...(body === undefined ? {} : { setupRequest: (request: object) => ({ ...request, body: body.replaceAll('{{n}}', String((number += 1))) }) }),
      })),
    };
    const instance = autocannon(options, (error: unknown, answer) => {
      if (error instanceof Error) reject(error);
      else resolve(answer);
    });
    instance.on('response', (_client, status, _bytes, responseTime) => {
      if (status < 300) milliseconds.push(responseTime);
      ended = performance.now();
    });
  });
  milliseconds.sort((left, right) => left - right);
  const percentile = (share: number): number => milliseconds[Math.floor(milliseconds.length * share)] ?? Number.NaN;
  return {
    requestsPerSecond: (milliseconds.length / (ended - started)) * 1000,
    p50Milliseconds: percentile(0.5),
    p99Milliseconds: percentile(0.99),
    failures: result.non2xx + result.errors + result.timeouts,
  };
}

if (import.meta.main) {
  const job = JSON.parse(await text(process.stdin)) as LoadJob;
  process.stdout.write(JSON.stringify(await run(job)));
}
