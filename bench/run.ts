/**
 * The benchmark: `npm run bench`, or `npm run bench -- --quick` for a look in under two minutes, or with
 * `--compare FILE` to print ratios against an earlier result. It starts its own Postgres (fsync on), loads synthetic
 * histories of several lengths, and measures the server against a bare reference in the same run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { createSigner } from 'fast-jwt';
import pg from 'pg';

import { openEmbeddedPostgres } from '../src/db/embedded-postgres.ts';
import { makeThrowAwayFolder } from '../src/db/embedded/throw-away-folder.ts';
import { migrate } from '../src/db/migrate.ts';
import { deriveServerKeys } from '../src/security/keys.ts';
import { hashPassword } from '../src/security/passwords.ts';
import { httpCases, splitCase } from './cases.ts';
import { loadDataset, type Dataset } from './dataset.ts';
import { measureFunding } from './funding.ts';
import { measure, spreadOf, type Effort, type Measurement } from './measure.ts';
import { startListening, timeScript } from './processes.ts';
import { describeMachine, renderComparison, renderResults, type Figure, type Results } from './report.ts';

const { values: flags } = parseArgs({ options: { quick: { type: 'boolean', default: false }, compare: { type: 'string' }, sizes: { type: 'string' } } });

const PASSWORD = 'correct horse battery staple';
const SECRET = 'a-secret-that-only-the-benchmark-uses';
const effort: Effort = flags.quick ? { warmUpSeconds: 0.5, seconds: 0.5, repeats: 3 } : { warmUpSeconds: 2, seconds: 2, repeats: 5 };
const sizes = flags.sizes?.split(',').map(Number) ?? (flags.quick ? [1_000, 17_000] : [1_000, 17_000, 100_000, 1_000_000]);

const results: Results = {
  started: new Date().toISOString(),
  machine: describeMachine(''),
  effort: `${effort.repeats} repeats of ${effort.seconds} s`,
  measurements: [],
  figures: [],
};
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const folder = await makeThrowAwayFolder();
try {
  const postgres = await openEmbeddedPostgres({ dataDirectory: folder.path, durable: true });
  try {
    results.machine = describeMachine(await versionOf(postgres.connectionString));
    for (const size of sizes) await benchmarkSize(postgres.connectionString, size);
    const empty = await createDatabase(postgres.connectionString, 'bench_funding');
    say('funding …');
    results.figures.push(...(await measureFunding(empty)));
  } finally {
    await postgres.stop();
  }
} finally {
  await folder.remove();
}
await mkdir(new URL('./results/', import.meta.url), { recursive: true });
const file = new URL(`./results/${results.started.replaceAll(/[:.]/g, '-')}.json`, import.meta.url);
await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write(`${renderResults(results)}\n`);
if (flags.compare !== undefined) process.stdout.write(`${renderComparison(results, flags.compare)}\n`);

/** Loads one history and measures everything on it. */
async function benchmarkSize(serverUrl: string, transactions: number): Promise<void> {
  say(`loading ${transactions} transactions …`);
  const connectionString = await createDatabase(serverUrl, `bench_${transactions}`);
  const began = performance.now();
  const data = await loadDataset(connectionString, transactions, await hashPassword(PASSWORD));
  figure(transactions, 'loading', (performance.now() - began) / 1000, 's');

  const environment = serverEnvironment(connectionString);
  const server = await startListening('../src/server.ts', [], environment);
  const reference = await startListening('./reference-server.ts', [connectionString, data.accountId, data.budgetIds[0] ?? '']);
  try {
    figure(transactions, 'start-up to ready', server.readyMilliseconds / 1000, 's', { atMost: 2 });
    const urls = { server: server.url, reference: reference.url };
    const token = accessToken(data.userId);
    const cases = [...httpCases(data), splitCase(data, await freshTransaction(server.url, token, data))];
    for (const httpCase of cases) {
      say(`${transactions}: ${httpCase.name}`);
      results.measurements.push(await measure(httpCase, transactions, urls, token, effort));
    }
    results.measurements.push(await measureLogin(server.url, transactions));
    figure(transactions, 'resident memory of the server under load', (await server.residentMegabytes()) ?? Number.NaN, 'MB', { atMost: 250 });
  } finally {
    await server.stop();
    await reference.stop();
  }
  const verified = await timeScript('../src/cli/main.ts', ['verify-balances'], environment);
  figure(transactions, 'verify-balances', verified.seconds, 's', { atMost: 60 });
}

function figure(transactions: number, name: string, value: number, unit: string, target?: Figure['target']): void {
  results.figures.push({ name: `${name}, ${transactions} transactions`, value, unit, ...(target ? { target } : {}) });
}

function serverEnvironment(connectionString: string): Record<string, string> {
  return {
    DATABASE_URL: connectionString,
    MIBUDGE_DATA_DIR: folder.path,
    MIBUDGE_SECRET_KEY: SECRET,
    PORT: '0',
    LOG_LEVEL: 'warn',
    MIBUDGE_THROTTLE_USER: 'off',
    MIBUDGE_THROTTLE_ANON: 'off',
    MIBUDGE_THROTTLE_LOGIN: 'off',
  };
}

function accessToken(userId: number): string {
  const sign = createSigner({ key: deriveServerKeys(SECRET).accessToken, algorithm: 'HS256', expiresIn: 86_400_000 });
  return sign({ user_id: userId, token_type: 'access' });
}

async function freshTransaction(url: string, token: string, data: Dataset): Promise<string> {
  const answer = await fetch(`${url}/api/v1/transactions/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ bank_account: data.accountId, amount: '-20.00', posted_date: '2026-11-21T00:00:00Z', transaction_type: '', raw_description: 'SPLIT ME' }),
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') return body.id;
  throw new Error(`the server refused a transaction: ${JSON.stringify(body)}`);
}

/** A person logs in and sees the first screen: password check, accounts, budgets with their next funding, newest transactions. */
async function measureLogin(url: string, transactions: number): Promise<Measurement> {
  const milliseconds: number[] = [];
  for (let repeat = 0; repeat < effort.repeats * 2; repeat += 1) {
    const began = performance.now();
    const answer = await fetch(`${url}/api/token/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'bench', password: PASSWORD }),
    });
    const { access } = (await answer.json()) as { access: string };
    const headers = { authorization: `Bearer ${access}` };
    await Promise.all(
      ['bank-accounts/', 'budgets/?archived=false', 'transactions/'].map(async (path) => (await fetch(`${url}/api/v1/${path}`, { headers })).text()),
    );
    milliseconds.push(performance.now() - began);
  }
  const spread = spreadOf(milliseconds);
  return {
    name: 'login + first screen',
    transactions,
    requestsPerSecond: spreadOf(milliseconds.map((value) => 1000 / value)),
    p50Milliseconds: spread,
    p99Milliseconds: spread,
    failures: 0,
  };
}

/** Makes an empty, migrated database on the server. */
async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href });
  pool.on('error', () => undefined);
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  await migrate(pool);
  await pool.end();
  return url.href;
}

async function versionOf(serverUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  return rows[0]?.server_version ?? 'unknown';
}
