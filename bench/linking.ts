import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import type { Cluster } from './cluster.ts';
import { post, TRANSACTIONS } from './http-case.ts';
import type { LoadRequest } from './load-job.ts';
import type { Bench } from './measure-ratios.ts';
import type { LoadProcess } from './processes.ts';
import type { Figure } from './results.ts';
import { Site, type Endpoint } from './site.ts';
import { spreadOf } from './spread.ts';

/** How much is measured. */
export interface LinkingSize {
  /** Accounts of one user. */
  accounts: number;
  /** Posts to one account, and as many to all, by turns. */
  posts: number;
  repeats: number;
  /** How long transactions are posted at a steady rate. */
  steadySeconds: number;
}

export const FULL_LINKING: LinkingSize = { accounts: 1_000, posts: 1_000, repeats: 5, steadySeconds: 60 };
const ALIASES = 20;
const WRITERS = 8;
const STEADY_POSTS_PER_SECOND = 100;
const TICK_MILLISECONDS = 100;
/** Of another account of the same user; no other part of the benchmark has as long a one. */
const HISTORY = 500;
/** No search takes so long. */
const PATIENCE_MILLISECONDS = 120_000;
const DATE = '2026-11-10T12:00:00Z';

/**
 * Measures what the search for links costs one user with many accounts that have all the aliases that they may have:
 * the rate of posts to all of them against that to one, and how far the search stays behind a steady stream of posts.
 * @throws Error when a post failed, or the search did not come to an end
 */
export async function measureLinking(cluster: Cluster, { load, say }: Bench, size: LinkingSize): Promise<Figure[]> {
  const site = await Site.load(cluster, HISTORY);
  const database = new pg.Client({ connectionString: site.connectionString });
  await database.connect();
  const server = await site.startServer();
  try {
    const accountIds = await loadAccounts(database, site.data.bankId, site.data.userId, size.accounts);
    say(`posting to one account and to ${size.accounts}`);
    say(`posting to one account and to ${size.accounts}`);
    const ratio = await measureRatio(load, database, server, accountIds, size);
    say(`posting ${STEADY_POSTS_PER_SECOND} a second for ${size.steadySeconds} s`);
    const lag = await measureLag(database, server, accountIds, size.steadySeconds);
    const peakMegabytes = await server.process.peakMegabytes();
    const name = `${size.accounts} accounts with ${ALIASES} aliases each`;
    return [
      { name: `posts to ${name}, against posts to one`, value: ratio, unit: '×', target: { atLeast: 0.8 } },
      { name: `most that links lag behind ${STEADY_POSTS_PER_SECOND} posts a second to ${name}`, value: lag, unit: 's', target: { atMost: 10 } },
      ...(peakMegabytes === undefined ? [] : [{ name: `most memory of the server, ${name}`, value: peakMegabytes, unit: 'MB', target: { atMost: 250 } }]),
    ];
  } finally {
    await server.process.stop();
    await database.end();
  }
}

async function loadAccounts(database: pg.Client, bankId: string, userId: number, accounts: number): Promise<string[]> {
  await database.query(`
    INSERT INTO bank_accounts (id, bank_id, name, currency, link_aliases)
      SELECT md5('linking bench ' || n)::uuid, '${bankId}', 'Account number ' || n, 'USD', ARRAY(SELECT rpad(n || ' ' || a || ' ', 100, 'alias ') FROM generate_series(1, ${ALIASES}) a)
      FROM generate_series(1, ${accounts}) n;
    INSERT INTO bank_account_owners (bank_account_id, user_id) SELECT md5('linking bench ' || n)::uuid, ${userId} FROM generate_series(1, ${accounts}) n;
    INSERT INTO budgets (id, bank_account_id, is_unallocated, name, schedule_anchor, funding_floor, recurrence_floor)
      SELECT gen_random_uuid(), md5('linking bench ' || n)::uuid, true, 'Unallocated', '2026-11-01', '2026-11-01', '2026-11-01' FROM generate_series(1, ${accounts}) n;
    ANALYZE`);
  const { rows } = await database.query<{ id: string }>(`SELECT md5('linking bench ' || n)::uuid AS id FROM generate_series(1, ${accounts}) n ORDER BY n`);
  return rows.map(({ id }) => id);
}

/** @returns posts a second to all accounts, to those to one; the writers are spread over the accounts */
async function measureRatio(load: LoadProcess, database: pg.Client, server: Endpoint, accountIds: readonly string[], size: LinkingSize): Promise<number> {
  const toAll = Array.from({ length: WRITERS }, (_, writer) => accountIds.map(transaction).filter((__, index) => index % WRITERS === writer));
  const toOne = toAll.map((requests, writer) => requests.map((_, index) => transaction(accountIds[0] ?? '', index * WRITERS + writer)));
  const rateOf = async (requestLists: LoadRequest[][]): Promise<number> => {
    const job = { url: server.process.url, headers: server.headers, connections: WRITERS, requestLists, requestsPerOperation: 1, operations: size.posts };
    const { seconds, failures } = await load.send(job);
    if (failures > 0) throw new Error('posts have failed');
    await untilSearched(database);
    return size.posts / seconds;
  };
  await rateOf(toOne);
  const ratios: number[] = [];
  for (let repeat = 0; repeat < size.repeats; repeat += 1) ratios.push((await rateOf(toAll)) / (await rateOf(toOne)));
  return spreadOf(ratios).median;
}

/** Few amounts, of either sign: most transactions have candidates, and every tenth names an account. */
function transaction(bankAccount: string, index: number): LoadRequest {
  const cents = 10_000 + Math.floor(index / 2) * 7;
  return post(TRANSACTIONS, {
    bank_account: bankAccount,
    amount: ((index % 2 === 0 ? -1 : 1) * cents) / 100,
    posted_date: DATE,
    transaction_type: 'ach',
    raw_description: index % 10 === 0 ? `TRANSFER TO ACCOUNT NUMBER ${index + 2}` : 'CORNER GROCERY',
  });
}

/** @returns the greatest age, in seconds, of a transaction that had not been searched yet */
async function measureLag(database: pg.Client, server: Endpoint, accountIds: readonly string[], seconds: number): Promise<number> {
  const posts: Promise<boolean>[] = [];
  let lag = 0;
  const perTick = (STEADY_POSTS_PER_SECOND * TICK_MILLISECONDS) / 1_000;
  const started = performance.now();
  for (let tick = 0; tick * TICK_MILLISECONDS < seconds * 1_000; tick += 1) {
    for (let index = tick * perTick; index < (tick + 1) * perTick; index += 1) {
      posts.push(isPosted(server, transaction(accountIds[index % accountIds.length] ?? '', index)));
    }
    lag = Math.max(lag, await ageOfOldest(database));
    await delay(Math.max(0, started + (tick + 1) * TICK_MILLISECONDS - performance.now()));
  }
  if ((await Promise.all(posts)).includes(false)) throw new Error('posts have failed');
  await untilSearched(database);
  return lag;
}

async function isPosted({ process, headers }: Endpoint, { path, body }: LoadRequest): Promise<boolean> {
  const answer = await fetch(`${process.url}${path}`, { method: 'POST', headers, body: body ?? '' });
  await answer.arrayBuffer();
  return answer.ok;
}

/** @returns in seconds; 0 when everything has been searched */
async function ageOfOldest(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ age: number }>(
    'SELECT coalesce(max(extract(epoch FROM clock_timestamp() - created_at)), 0)::float8 AS age FROM transactions WHERE link_pending',
  );
  return rows[0]?.age ?? 0;
}

async function untilSearched(database: pg.Client): Promise<void> {
  const deadline = performance.now() + PATIENCE_MILLISECONDS;
  while ((await ageOfOldest(database)) > 0) {
    if (performance.now() > deadline) throw new Error('the search for links did not come to an end');
    await delay(TICK_MILLISECONDS);
  }
}
