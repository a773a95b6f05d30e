import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, expect, it } from 'vitest';

import { enqueueForAccount, JOBS } from '../../src/jobs/job-queue.ts';
import { useServer } from '../support/app.ts';
import { DatabaseProxy } from '../support/database-proxy.ts';
import { createBankAccount, createBudget, createUser } from '../support/factories.ts';
import { startServerProcess, type ServerProcess } from '../support/processes.ts';
import { waitUntil, waitUntilBlocked } from '../support/waiting.ts';

/** The server gives itself nine seconds; a busy machine gets more, and a server without an end would take a minute and longer. */
const LONGEST_END_MILLISECONDS = 30_000;

const KEYS = { MIBUDGE_SECRET_KEY: 'a secret of these tests only'.replaceAll(' ', '-').padEnd(32, '-'), MIBUDGE_ENCRYPTION_KEYS: 'a-key-of-these-tests-only'.padEnd(32, '-') };
/** Makes users and accounts in the database that the processes serve. */
const server = useServer(KEYS);
const dataDirectory = mkdtempSync(join(tmpdir(), 'mibudge-test-end-'));
afterAll(() => { rmSync(dataDirectory, { recursive: true, force: true }); });

function start(environment: Record<string, string> = {}): Promise<ServerProcess> {
  return startServerProcess({ ...KEYS, DATABASE_URL: server.config.databaseUrl ?? '', MIBUDGE_DATA_DIR: dataDirectory, ...environment });
}

/** Sends the beginning of a request, and collects what is answered. */
async function sendHalf(url: string): Promise<{ socket: Socket; closed: Promise<unknown>; answer(): string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let answer = '';
  socket.on('data', (chunk) => { answer += chunk.toString(); });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n');
  return { socket, closed, answer: () => answer };
}

/** Tells a server to end, and waits until it has heard of it. */
async function terminate(running: ServerProcess): Promise<void> {
  running.signal('SIGTERM');
  await waitUntil('the server takes no more connections', () => fetch(`${running.url}/healthz`).then(() => false, () => true));
}

it.concurrent('SIGTERM: what is under way gets its time, then it is cut short, and nothing of it goes on', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const running = await start();
  const budget = await createBudget(user, account, { funding_type: 'F', funding_amount: '1.00', funding_schedule: 'RRULE:FREQ=DAILY' });
  await server.db.pool.query('UPDATE budgets SET schedule_anchor = current_date - 3, funding_floor = current_date - 3 WHERE id = $1', [budget.id]);
  await server.db.pool.query('UPDATE bank_accounts SET last_posted_through = current_date WHERE id = $1', [account.id]);
  const holder = new pg.Client({ connectionString: server.config.databaseUrl });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE', [account.id]);
  // A job in the middle of a statement, a request in the middle of another, and two that only begin.
  await enqueueForAccount(server.db, JOBS.fundAccount, account.id);
  await waitUntilBlocked(server.config.databaseUrl ?? '', 1);
  const answer = fetch(`${running.url}/api/v1/bank-accounts/${account.id}/`, {
    method: 'PATCH', body: '{"name": "Renamed"}', headers: { authorization: `Bearer ${user.token}`, 'content-type': 'application/json' },
  });
  await waitUntilBlocked(server.config.databaseUrl ?? '', 2);
  const [neverWhole, soonWhole] = [await sendHalf(running.url), await sendHalf(running.url)];

  const told = performance.now();
  await terminate(running);
  soonWhole.socket.write('\r\n');
  await soonWhole.closed;
  expect(soonWhole.answer()).toMatch(/^HTTP\/1\.1 200 OK\r\n(?=[^]*connection: close\r\n)[^]*\{"status":"ok"\}$/i);

  const cutShort = await answer;
  expect([cutShort.status, cutShort.headers.get('retry-after'), await cutShort.json()])
    .toEqual([503, '5', { detail: 'The service is temporarily unavailable. Try again shortly.' }]);
  expect(await running.ended).toBe(0);
  expect(performance.now() - told).toBeLessThan(LONGEST_END_MILLISECONDS);
  await neverWhole.closed;

  const { rows: jobs } = await holder.query("SELECT attempts, locked_by, last_error, run_at <= clock_timestamp() AS due FROM graphile_worker.jobs WHERE task_identifier = $1", [JOBS.fundAccount]);
  expect(jobs).toEqual([{ attempts: 0, locked_by: null, last_error: null, due: true }]);
  const { rows: waiting } = await holder.query('SELECT query FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0');
  expect(waiting).toEqual([]);
  await holder.end();
});

it.concurrent('a second SIGTERM ends the server at once', async () => {
  const running = await start({ MIBUDGE_JOBS: 'off' });
  const { closed } = await sendHalf(running.url);
  await terminate(running);
  running.signal('SIGTERM');
  expect(await running.ended).toBe(1);
  await closed;
});

it.concurrent('a database that has fallen silent does not keep the server from ending', async () => {
  const proxy = await DatabaseProxy.open(server.config.databaseUrl ?? '');
  const running = await start({ MIBUDGE_JOBS: 'off', DATABASE_URL: proxy.url });
  const { token } = await createUser(server);
  const asked = proxy.silence('FROM users');
  const unanswered = fetch(`${running.url}/api/v1/banks/`, { headers: { authorization: `Bearer ${token}` } }).catch(() => undefined);
  await asked;
  const told = performance.now();
  running.signal('SIGTERM');
  expect(await running.ended).toBe(1);
  expect(performance.now() - told).toBeLessThan(LONGEST_END_MILLISECONDS);
  expect(await unanswered).toBeUndefined();
  await proxy.interrupt();
});
