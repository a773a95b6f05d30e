import { afterAll, beforeAll, expect, test } from 'vitest';

import { addDays, calendarDate } from '../../src/dates.ts';
import { CrashClient, type CrashAccount, type Writes } from '../support/crash-client.ts';
import { CrashHarness, type Victim } from '../support/crash-harness.ts';
import { randomNumbers } from '../support/ledger-workload.ts';
import { isLong, seed } from '../support/long-mode.ts';
import { waitUntil } from '../support/waiting.ts';

const KILLS = isLong ? 20 : 3;
const CLIENTS = 8;
const VICTIMS: readonly Victim[] = ['server', 'postgres', 'server and postgres', 'session'];
/** Each import reaches so many days further, and each of them is a funding date. */
const DAYS_PER_IMPORT = 2;

let harness: CrashHarness;
let account: CrashAccount;
/** Gets 1.00 on each funding date, by a job. */
let funded: string;
let importedThrough = addDays(calendarDate(new Date().toISOString().slice(0, 10)), -100);

beforeAll(async () => {
  harness = await CrashHarness.start();
  await harness.commandLine('bank', 'create', 'Crash Bank');
  const [bank] = await harness.sql<{ id: string }>('SELECT id FROM banks');
  const create = async (path: string, body: object): Promise<{ id: string; unallocated_budget: string }> =>
    (await harness.api.send('POST', path, body)).body as { id: string; unallocated_budget: string };
  const created = await create('/api/v1/bank-accounts/', { name: 'Crashing', bank: bank?.id, posted_balance: '1000000.00' });
  const budget = { bank_account: created.id, target_balance: '0', funding_type: 'F', funding_amount: '1.00' };
  account = { ...created, budget: (await create('/api/v1/budgets/', { ...budget, name: 'Written to' })).id };
  const funding_schedule = 'DTSTART:20200101T000000Z\nRRULE:FREQ=DAILY';
  funded = (await create('/api/v1/budgets/', { ...budget, name: 'Funded', funding_schedule })).id;
  // As if it had been made before the days that are imported below.
  await harness.sql('UPDATE budgets SET funding_floor = $2 WHERE id = $1', [funded, importedThrough]);
});

afterAll(async () => {
  await harness.end();
});

const PAGE_ROWS = 500;

/** All rows of a list, or of the part of it that the query names; while the server recovers, it is asked again. */
async function list(path: string, query = ''): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let page = 1; ; page += 1) {
    const results = await listPage(`/api/v1/${path}/?bank_account=${account.id}&page_size=${PAGE_ROWS}&page=${page}${query}`);
    rows.push(...results);
    if (results.length < PAGE_ROWS) return rows;
  }
}

async function listPage(path: string): Promise<Record<string, unknown>[]> {
  let results: Record<string, unknown>[] = [];
  await waitUntil(`${path} can be read`, async () => {
    const { status, body } = await harness.api.send('GET', path);
    // Just after a full page there may be none.
    if (status === 200) ({ results } = body as { results: Record<string, unknown>[] });
    return status !== 503;
  });
  return results;
}

/** What tells src/mutations/commit-fate.ts that Postgres has crashed: it may have forgotten transactions that it had numbered. */
async function lifeOfPostgres(): Promise<string | undefined> {
  const [row] = await harness.sql<{ life: string }>('SELECT pg_stat_get_bgwriter_stat_reset_time()::text AS life');
  return row?.life;
}

/** Each answered write is there once, each other one once or not at all. */
function expectExactlyOnce(writes: readonly Writes[], rows: readonly unknown[]): void {
  const present = new Set(rows.map(String));
  expect(present.size).toBe(rows.length);
  const answered = writes.flatMap((one) => [...one.answered]);
  expect(answered.filter((key) => !present.has(key))).toEqual([]);
  const known = new Set([...answered, ...writes.flatMap((one) => [...one.unanswered])]);
  expect([...present].filter((key) => !known.has(key))).toEqual([]);
  for (const one of writes) one.settle(present);
}

test(`${KILLS} kills with -9 under load: nothing answered is lost or doubled, nothing is half written, jobs run on`, { timeout: 1_200_000 }, async () => {
  const random = randomNumbers(seed);
  console.log(`crash test: ${KILLS} kills, MIBUDGE_TEST_SEED=${seed}`);
  const clients = Array.from({ length: CLIENTS }, (_, index) => new CrashClient(index, account));
  let imports = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const victim = VICTIMS[kill % VICTIMS.length] ?? 'server';
    const life = await lifeOfPostgres();
    const state = { stopped: false };
    const writing = Promise.all(clients.map((client) => client.run(() => harness.api, () => state.stopped)));
    const answers = (): number => clients.reduce((sum, client) => sum + client.answers, 0);
    const enough = answers() + 20 + random(80);
    await waitUntil('the clients have written enough', () => Promise.resolve(answers() >= enough));

    importedThrough = addDays(importedThrough, DAYS_PER_IMPORT);
    imports += 1;
    const imported = await harness.api.send('POST', `/api/v1/bank-accounts/${account.id}/mark-imported/`, { last_posted_through: importedThrough });
    expect(imported.status).toBe(200);
    await harness.kill(victim);
    state.stopped = true;
    await writing;
    await harness.recover(victim);

    const transactions = await list('transactions');
    const allocations = await list('allocations', `&budget=${account.budget}`);
    const transfers = await list('internal-transactions', `&dst_budget=${account.budget}`);
    expectExactlyOnce(clients.map((client) => client.transactions), transactions.map((row) => row['raw_description']));
    expectExactlyOnce(clients.map((client) => client.splits), allocations.map((row) => row['transaction']));
    expectExactlyOnce(clients.map((client) => client.transfers), transfers.map((row) => row['effective_date']));

    expect((await lifeOfPostgres()) === life).toBe(victim === 'server');
    const expected = imports * DAYS_PER_IMPORT;
    await waitUntil('the job that was pending has run', async () => (await list('internal-transactions', `&dst_budget=${funded}`)).length >= expected);
    expect(await list('internal-transactions', `&dst_budget=${funded}`)).toHaveLength(expected);
    expect(await harness.commandLine('verify-balances')).toMatchObject({ code: 0, stderr: '' });
  }
});
