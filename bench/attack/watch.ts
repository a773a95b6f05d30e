/**
 * The process that notices what an attack does to others: every 100 ms it asks for `/healthz` and sends a request of an
 * innocent user, whether or not the one before has been answered. Each message from the parent is answered with what was
 * seen since the last one.
 */
import { once } from 'node:events';
import { Agent, request } from 'node:http';

import { responseOf } from './send.ts';
import { watchJob, type Seen, type WatchJob, type Watched } from './watch-job.ts';

const INTERVAL_MILLISECONDS = 100;
const PATIENCE_MILLISECONDS = 60_000;

const agent = new Agent({ keepAlive: true });
const underWay = new Set<Promise<void>>();
let now = nothingSeen();
let isWatching = false;

function nothingSeen(): Watched {
  const seen = (): Seen => ({ slowestMilliseconds: 0, answers: 0, failures: [] });
  return { healthz: seen(), user: seen(), ownDelayMilliseconds: 0 };
}

function watch({ url, headers, requests }: WatchJob): void {
  isWatching = true;
  let last = performance.now();
  let turn = 0;
  setInterval(() => {
    const time = performance.now();
    now.ownDelayMilliseconds = Math.max(now.ownDelayMilliseconds, time - last - INTERVAL_MILLISECONDS);
    last = time;
    const mine = requests[turn % requests.length];
    turn += 1;
    keep(ask(now.healthz, url, { method: 'GET', path: '/healthz' }, {}));
    if (mine) keep(ask(now.user, url, mine, headers));
  }, INTERVAL_MILLISECONDS);
}

function keep(asking: Promise<void>): void {
  underWay.add(asking);
  void asking.finally(() => underWay.delete(asking));
}

async function ask(seen: Seen, url: string, { method, path, body = '' }: WatchJob['requests'][number], headers: Record<string, string>): Promise<void> {
  const began = performance.now();
  let answer: string;
  try {
    const sent = request(`${url}${path}`, { agent, method, headers, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
    sent.end(body);
    const response = await responseOf(sent);
    response.resume();
    await once(response, 'end');
    answer = String(response.statusCode);
  } catch (error) {
    answer = String(error);
  }
  seen.answers += 1;
  seen.slowestMilliseconds = Math.max(seen.slowestMilliseconds, performance.now() - began);
  if (!/^2\d\d$/.test(answer)) seen.failures.push(`${method} ${path}: ${answer}`);
}

async function answer(job: WatchJob): Promise<void> {
  if (!isWatching) watch(job);
  const before = now;
  now = nothingSeen();
  // What was asked meanwhile counts for this time, however late it is answered.
  await Promise.all(underWay);
  process.send?.(before);
}

process.on('message', (message) => {
  void answer(watchJob.parse(message));
});
process.on('disconnect', () => {
  process.exit();
});
