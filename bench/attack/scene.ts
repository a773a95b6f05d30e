import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';
import { z } from 'zod';

import { addDays, calendarDate, type CalendarDate } from '../../src/dates.ts';
import { EVENTS_PER_ROUND } from '../../src/funding/plan.ts';
import type { Dataset } from '../dataset.ts';
import { get, post, TRANSACTIONS } from '../http-case.ts';
import { headersOf, type Site } from '../site.ts';
import type { WatchJob } from './watch-job.ts';

type Headers = Readonly<Record<string, string>>;

/** An attacker who owns an account with as many daily budgets as a forecast of some months has room for. */
export interface Planner {
  headers: Headers;
  accountId: string;
}

/** Who and what there is when the attacks begin. */
export interface Scene {
  url: string;
  connectionString: string;
  /** The long history, which belongs to an attacker. */
  data: Dataset;
  owner: Headers;
  /** An attacker who owns nothing. */
  stranger: Headers;
  planners: readonly Planner[];
  /** The last day through which a planner's account has no more events than a forecast may have. */
  lastForecastDay: CalendarDate;
  today: CalendarDate;
}

const PLANNERS = 3;
const DAILY_BUDGETS = 60;
const BUDGETS_AT_ONCE = 4;

/** Makes the people. @returns the scene, and what the innocent user does meanwhile */
export async function setScene(site: Site, url: string): Promise<{ scene: Scene; innocent: WatchJob }> {
  const { data, connectionString } = site;
  const [innocentHeaders, stranger, ...planning] = (await addUsers(connectionString, 2 + PLANNERS)).map(headersOf);
  if (!innocentHeaders || !stranger) throw new Error('there are no users');
  const today = calendarDate(new Date().toISOString().slice(0, 10));
  const planners: Planner[] = [];
  for (const headers of planning) planners.push({ headers, accountId: await makeBudgets(url, headers, data.bankId) });
  const account = await makeAccount(url, innocentHeaders, data.bankId);
  const spending = { bank_account: account, amount: '-1.00', posted_date: new Date().toISOString(), transaction_type: '', raw_description: 'BREAD' };
  const scene: Scene = {
    url,
    connectionString,
    data,
    owner: headersOf(data.userId),
    stranger,
    planners,
    lastForecastDay: addDays(today, Math.floor(EVENTS_PER_ROUND / DAILY_BUDGETS) - 1),
    today,
  };
  const requests = [get('/api/v1/bank-accounts/'), get(TRANSACTIONS), post(TRANSACTIONS, spending), get('/api/v1/budgets/?archived=false')];
  return { scene, innocent: { url, headers: innocentHeaders, requests } };
}

async function addUsers(connectionString: string, number: number): Promise<number[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: number }>(
      `INSERT INTO users (username, name, password_hash, timezone, modified_at)
       SELECT 'person-' || n, 'Person', '', 'UTC', now() FROM generate_series(1, $1::int) n RETURNING id`,
      [number],
    );
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

const created = z.object({ id: z.string() });

async function make(url: string, path: string, headers: Headers, body: object): Promise<string> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status} ${await answer.text()}`);
  return created.parse(await answer.json()).id;
}

/** Opens an account. */
export async function makeAccount(url: string, headers: Headers, bank: string, more: object = {}): Promise<string> {
  return make(url, '/api/v1/bank-accounts/', headers, { name: 'Checking', bank, posted_balance: '1000000.00', available_balance: '1000000.00', ...more });
}

async function makeBudgets(url: string, headers: Headers, bank: string): Promise<string> {
  const accountId = await makeAccount(url, headers, bank);
  const budget = { bank_account: accountId, target_balance: '1000000.00', funding_type: 'F', funding_amount: '0.50', funding_schedule: 'RRULE:FREQ=DAILY' };
  for (let first = 0; first < DAILY_BUDGETS; first += BUDGETS_AT_ONCE) {
    const names = Array.from({ length: BUDGETS_AT_ONCE }, (_, index) => `Budget ${first + index}`);
    await Promise.all(names.map((name) => make(url, '/api/v1/budgets/', headers, { ...budget, name })));
  }
  return accountId;
}

/** Holds an account's lock, as a long change would, while something else happens. */
export async function whileLocked<Result>(connectionString: string, accountId: string, work: () => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE', [accountId]);
    return await work();
  } finally {
    await client.end();
  }
}

/** Lets what an attack left behind, such as background jobs, end before the next one is measured; at most so long. */
export async function untilQuiet(connectionString: string, seconds: number): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (let waited = 0; waited < seconds; waited += 1) {
      await delay(1_000);
      const { rows } = await client.query('SELECT FROM graphile_worker.jobs WHERE run_at <= now() LIMIT 1');
      if (rows.length === 0) return;
    }
  } finally {
    await client.end();
  }
}
