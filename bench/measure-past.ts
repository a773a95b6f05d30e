import { performance } from 'node:perf_hooks';

import pg from 'pg';
import { z } from 'zod';

import { TRANSACTIONS } from './http-case.ts';
import type { Figure } from './results.ts';
import type { Endpoint, Site } from './site.ts';

/** How often each thing is done. */
export interface PastEffort {
  /** Single requests of each kind. */
  requests: number;
  /** Posts in random order of dates, and of several clients together. */
  posts: number;
}

/** Sixteen clients at once queue for one account; more than that is no household. */
const CLIENTS = [1, 4, 16];
/** Above this, what one post costs says what a thousand do. */
const LONGEST_FOR_MANY_POSTS = 17_000;
const LAST_TIMES_OF_APPEND = { usual: 3, ofAMillion: 8 };
const WAL_POSTS = 100;
const HISTORY_START = Date.parse('2016-11-02T00:00:00Z');
const HISTORY_MILLISECONDS = 3_640 * 86_400_000;

const created = z.object({ id: z.string() });

/**
 * Measures what changes of the past cost beside changes at the end, with requests one after the other: the same server, the
 * same account, the same minute, so that the machine drops out. It leaves the history longer than it was.
 */
export async function measurePast(site: Site, effort: PastEffort): Promise<Figure[]> {
  const server = await site.startServer();
  const database = new pg.Client({ connectionString: site.connectionString });
  await database.connect();
  try {
    const past = new Past(site, server);
    const figures = [...(await measureSize(site, database)), ...(await measureSingle(site, past, effort.requests)), await measureWal(site, past, database)];
    if (site.transactions <= LONGEST_FOR_MANY_POSTS) figures.push(...(await measureMany(site, past, database, effort.posts)));
    return figures;
  } finally {
    await database.end();
    await server.process.stop();
  }
}

/** Requests to the account with the history. */
class Past {
  readonly #site: Site;
  readonly #server: Endpoint;
  #instant = Date.parse('2031-01-01T00:00:00Z');
  /** Seeded, so that each run posts to the same places. */
  #random = 7;

  constructor(site: Site, server: Endpoint) {
    this.#site = site;
    this.#server = server;
  }

  /** An instant after everything that is in the ledger. */
  next(): string {
    this.#instant += 60_000;
    return new Date(this.#instant).toISOString();
  }

  /** An instant somewhere in the history. */
  anywhere(): string {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return new Date(HISTORY_START + (this.#random / 2_147_483_647) * HISTORY_MILLISECONDS).toISOString();
  }

  async post(postedDate: string): Promise<string> {
    const body = { bank_account: this.#site.data.accountId, amount: '-12.34', posted_date: postedDate, transaction_type: '', raw_description: 'CORNER GROCERY' };
    return created.parse(await this.#send('POST', TRANSACTIONS, body)).id;
  }

  async split(id: string, amount: string): Promise<void> {
    await this.#send('POST', `${TRANSACTIONS}${id}/splits/`, { splits: { [this.#site.data.budgetIds[3] ?? '']: amount } });
  }

  async delete(id: string): Promise<void> {
    await this.#send('DELETE', `${TRANSACTIONS}${id}/`);
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const { authorization = '' } = this.#server.headers;
    const headers = { authorization, ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${this.#server.process.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}`);
    const text = await answer.text();
    return text === '' ? undefined : JSON.parse(text);
  }
}

/** @returns the median time of doing something, in milliseconds */
async function medianOf(times: number, work: (turn: number) => Promise<unknown>): Promise<number> {
  const durations: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const began = performance.now();
    await work(turn);
    durations.push(performance.now() - began);
  }
  return durations.sort((one, other) => one - other)[Math.floor(times / 2)] ?? 0;
}

async function measureSingle({ transactions, data }: Site, past: Past, requests: number): Promise<Figure[]> {
  await medianOf(requests, () => past.post(past.next()));
  await medianOf(requests, () => past.post(past.anywhere()));
  const append = await medianOf(requests, () => past.post(past.next()));
  const middle = await medianOf(requests, () => past.post(data.middle));
  const anywhere = await medianOf(requests, () => past.post(past.anywhere()));
  // Older than all others; a new one each time, since a deleted one is gone.
  const oldest: string[] = [];
  for (let turn = 0; turn < requests; turn += 1) oldest.push(await past.post('2016-11-01T00:00:00Z'));
  const newest = await past.post(past.next());
  const splitNewest = await medianOf(requests, (turn) => past.split(newest, `${1 + (turn % 2)}.00`));
  const splitOldest = await medianOf(requests, (turn) => past.split(oldest[0] ?? '', `${1 + (turn % 2)}.00`));
  const deleteOldest = await medianOf(requests, (turn) => past.delete(oldest[turn] ?? ''));
  const times = transactions < 1_000_000 ? LAST_TIMES_OF_APPEND.usual : LAST_TIMES_OF_APPEND.ofAMillion;
  const name = (what: string): string => `${what}, ${transactions} transactions`;
  return [
    { name: name('append'), value: append, unit: 'ms' },
    { name: name('post into the middle, of an append'), value: middle / append, unit: '×', target: { atMost: times } },
    { name: name('post anywhere, of an append'), value: anywhere / append, unit: '×', target: { atMost: times } },
    { name: name('delete the oldest, of an append'), value: deleteOldest / append, unit: '×', target: { atMost: LAST_TIMES_OF_APPEND.ofAMillion } },
    { name: name('split the oldest, of a split of the newest'), value: splitOldest / splitNewest, unit: '×', target: { atMost: LAST_TIMES_OF_APPEND.usual } },
  ];
}

/** @returns posts per second of some clients together */
async function rateOf(posts: number, clients: number, post: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let left = posts;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (posts / (performance.now() - began)) * 1000;
}

async function measureMany({ transactions }: Site, past: Past, database: pg.Client, posts: number): Promise<Figure[]> {
  await database.query('VACUUM (ANALYZE) transactions, budget_entries');
  const appends = await rateOf(posts, 1, () => past.post(past.next()));
  const figures: Figure[] = [];
  let ofOne = 0;
  for (const clients of CLIENTS) {
    const rate = await rateOf(posts, clients, () => past.post(past.anywhere()));
    if (clients === 1) {
      ofOne = rate;
      figures.push({ name: `rate of ${posts} posts in random order, of appends, ${transactions} transactions`, value: rate / appends, unit: '×', target: { atLeast: 0.6 } });
      figures.push(await measureDeadRows(database, `${posts} posts in random order into ${transactions} transactions`));
    } else {
      figures.push({ name: `rate of ${clients} clients that back-date on one account, of one, ${transactions} transactions`, value: rate / ofOne, unit: '×', target: { atLeast: 1 } });
    }
  }
  return figures;
}

/** The worst of the tables that a change of the past rewrites rows of. */
async function measureDeadRows(database: pg.Client, after: string): Promise<Figure> {
  await database.query('SELECT pg_stat_force_next_flush()');
  await database.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await database.query<{ dead: number }>(
    `SELECT max(n_dead_tup::float / greatest(n_live_tup, 1)) AS dead FROM pg_stat_user_tables WHERE relname IN ('transactions', 'budget_entries', 'account_days', 'account_months', 'budget_days', 'budget_months')`,
  );
  return { name: `dead rows for each live one after ${after}`, value: rows[0]?.dead ?? 0, unit: '', target: { atMost: 3 } };
}

async function measureWal({ transactions }: Site, past: Past, database: pg.Client): Promise<Figure> {
  const position = async (): Promise<number> => Number((await database.query<{ bytes: string }>(`SELECT pg_current_wal_lsn() - '0/0' AS bytes`)).rows[0]?.bytes);
  const before = await position();
  for (let post = 0; post < WAL_POSTS; post += 1) await past.post(past.anywhere());
  return { name: `WAL of ${WAL_POSTS} posts anywhere, ${transactions} transactions`, value: ((await position()) - before) / 1024 ** 2, unit: 'MB' };
}

async function measureSize({ transactions }: Site, database: pg.Client): Promise<Figure[]> {
  const { rows } = await database.query<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(oid)) AS bytes FROM pg_class WHERE relname IN ('transactions', 'budget_entries', 'account_days', 'account_months', 'budget_days', 'budget_months')`,
  );
  return [{ name: `transactions, entries, days and months with their indexes, ${transactions} transactions`, value: Number(rows[0]?.bytes) / 1024 ** 2, unit: 'MB' }];
}
