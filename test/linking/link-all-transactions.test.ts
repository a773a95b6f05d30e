import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { Logger, runOnce } from 'graphile-worker';
import { pino } from 'pino';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { failedJobs, retryFailedJobs } from '../../src/jobs/failed-jobs.ts';
import { JOBS } from '../../src/jobs/job-queue.ts';
import { JobRunner } from '../../src/jobs/run-jobs.ts';
import { MAXIMUM_CANDIDATES } from '../../src/linking/find-matches.ts';
import { enqueueLinking, linkAllTransactions } from '../../src/linking/link-all-transactions.ts';
import type { LinkingServices } from '../../src/linking/link-transactions.ts';
import { linkingTasks } from '../../src/linking/linking.jobs.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import { useServer } from '../support/app.ts';
import { createBank, createUser } from '../support/factories.ts';
import { linkedPairs, type ModelAccount, type ModelTransaction } from '../support/linking-model.ts';
import { isLong, seed } from '../support/long-mode.ts';
import { waitUntil } from '../support/waiting.ts';

const NOON = Date.UTC(2026, 10, 10, 12);
const HOUR = 3_600_000;
const RUNS = isLong ? 2_000 : 150;

const server = useServer();
let services: LinkingServices;
let bankId: string;
let owners: number[];

beforeAll(async () => {
  services = { db: server.db, mutations: server.mutations, encryption: createFieldEncryption(server.config.encryptionKeys) };
  bankId = (await createBank(server)).id;
  owners = [];
  for (let user = 0; user < 3; user += 1) owners.push((await createUser(server)).id);
});

beforeEach(clear);

async function clear(): Promise<void> {
  await server.db.pool.query('DELETE FROM bank_accounts; DELETE FROM graphile_worker._private_jobs');
}

const insertAccounts = query<object>(`
INSERT INTO bank_accounts (id, bank_id, name, currency, link_aliases)
SELECT a.id, $1, a.names ->> 0, a.currency, ARRAY(SELECT jsonb_array_elements_text(a.names - 0))
FROM jsonb_to_recordset($2::jsonb) AS a (id uuid, names jsonb, currency text)`);
const insertOwners = query<object>(`
INSERT INTO bank_account_owners (bank_account_id, user_id)
SELECT a.id, o.value::int FROM jsonb_to_recordset($1::jsonb) AS a (id uuid, owners jsonb) CROSS JOIN jsonb_array_elements_text(a.owners) o`);
const insertTransactions = query<object>(`
INSERT INTO transactions (id, bank_account_id, amount, posted_date, transaction_date, transaction_type, raw_description, description,
  posted_in_day, available_in_day, created_at, modified_at)
SELECT t.id, (t.account ->> 'id')::uuid, t.cents / 100.0, i.instant, i.instant, '', t.descriptions ->> 0, t.descriptions ->> 1, 0, 0, i.instant, i.instant
FROM jsonb_to_recordset($1::jsonb) AS t (id uuid, account jsonb, cents int, milliseconds float8, descriptions jsonb)
CROSS JOIN LATERAL (SELECT to_timestamp(t.milliseconds / 1000) AS instant) i`);
const findLinks = query<{ pair: string }>(`
SELECT t.id || ' ' || u.id AS pair FROM transactions t JOIN transactions u ON u.id = t.linked_transaction_id AND u.linked_transaction_id = t.id
WHERE t.id < u.id ORDER BY pair`);
const countPending = query<{ pending: number }>('SELECT count(*)::int AS pending FROM transactions WHERE link_pending');

/** Straight into the tables: what the search reads, and no more. */
async function store(accounts: readonly ModelAccount[], transactions: readonly ModelTransaction[]): Promise<void> {
  await server.db.rows(insertAccounts, [bankId, JSON.stringify(accounts)]);
  await server.db.rows(insertOwners, [JSON.stringify(accounts)]);
  await server.db.rows(insertTransactions, [JSON.stringify(transactions.map(({ account, ...rest }) => ({ ...rest, account: { id: account.id } })))]);
}

const search = (): Promise<number> => linkAllTransactions(services, server.app.log, new AbortController().signal);
const links = async (): Promise<string[]> => (await server.db.rows(findLinks)).map(({ pair }) => pair);
const pending = async (): Promise<number | undefined> => (await server.db.row(countPending))?.pending;
const pairOf = (one: ModelTransaction, other: ModelTransaction): string => [one.id, other.id].sort().join(' ');

function account(names: readonly string[], fields: Partial<ModelAccount> = {}): ModelAccount {
  return { id: randomUUID(), owners: owners.slice(0, 1), currency: 'USD', names, ...fields };
}

function transaction(on: ModelAccount, cents: number, text: string, milliseconds = NOON): ModelTransaction {
  return { id: randomUUID(), account: on, cents, milliseconds, descriptions: [text, text] };
}

const uuidOf = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Pairs that nearly match, each perhaps alone: dates at and around 3 days from each other, and texts that hold names in any case, or nearly. */
const world = (): fc.Arbitrary<{ accounts: ModelAccount[]; transactions: ModelTransaction[] }> => {
  const word = (minLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom('a', 'b', 'B', '%', '_', 'é', 'É', 'σ', 'ς', '\\', '.', ' '), { minLength, maxLength: 5 }).map((letters) => letters.join(''));
  const anAccount = fc.record({
    id: fc.uuid({ version: 4 }),
    owners: fc.subarray([0, 1, 2], { minLength: 1 }).map((places) => places.map((place) => owners[place] ?? 0)),
    currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
    names: fc.array(word(2), { minLength: 1, maxLength: 3 }),
  });
  return fc.uniqueArray(anAccount, { minLength: 2, maxLength: 5, selector: ({ id }) => id }).chain((accounts) => {
    const someName = fc.constantFrom(...accounts.flatMap(({ names }) => names));
    const namePart = fc.oneof(someName, someName.map((name) => name.toUpperCase()), someName.map((name) => name.slice(1)));
    const text = fc.tuple(word(0), namePart, word(0)).map((parts) => parts.join(' '));
    const instant = fc.tuple(fc.nat(4), fc.constantFrom(-1, 0, 0, 1)).map(([periods, milliseconds]) => NOON + periods * 36 * HOUR + milliseconds);
    const side = fc.record({ account: fc.constantFrom(...accounts), milliseconds: instant, descriptions: fc.tuple(text, word(0)) });
    const pair = fc.tuple(side, side, fc.constantFrom(0, 100, 200, 300, 400, 500, 600)).map(([one, other, cents]) => [{ ...one, cents }, { ...other, cents: -cents }]);
    const transactions = fc.array(pair, { minLength: 1, maxLength: 10 }).map((pairs) => pairs.flat().map((each, place) => ({ ...each, id: uuidOf(place) })));
    return fc.record({ accounts: fc.constant(accounts), transactions });
  });
};

describe('of everything that is to be searched', () => {
  test('exactly those pairs are linked that a naive model links', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    let linkedInAll = 0;
    await fc.assert(
      fc.asyncProperty(world(), async ({ accounts, transactions }) => {
        await clear();
        await store(accounts, transactions);
        const expected = linkedPairs(transactions);
        linkedInAll += expected.length;
        expect(await search()).toBe(expected.length);
        expect(await links()).toEqual(expected);
        expect(await pending()).toBe(0);
      }),
      { numRuns: RUNS, seed },
    );
    expect(linkedInAll).toBeGreaterThan(RUNS / 20);
  });

  test('1,000 equal amounts against 1,000 are read a few times and linked only where there is one match', async () => {
    const [from, to] = [account(['Everyday']), account(['Savings'])];
    const spread = (index: number): number => NOON + index * 1_000;
    const out = Array.from({ length: 1_000 }, (_, index) => transaction(from, -500, index === 0 ? 'TO SAVINGS' : 'SHOP', spread(index)));
    const into = Array.from({ length: 1_000 }, (_, index) => transaction(to, 500, index === 0 ? 'FROM EVERYDAY' : 'SHOP', spread(index)));
    const single = [transaction(from, -500, 'TO SAVINGS', NOON + 200 * HOUR), transaction(to, 500, 'SHOP', NOON + 210 * HOUR)] as const;
    await store([from, to], [...out, ...into, ...single]);
    server.statements.length = 0;
    expect(await search()).toBe(1);
    expect(await links()).toEqual([pairOf(...single)]);
    expect(await pending()).toBe(0);
    expect(server.statements.length).toBeLessThan(200);
  });

  test(`one that has more than ${MAXIMUM_CANDIDATES} candidates is not linked, even if only one of them points at it`, async () => {
    const [from, to, other] = [account(['Everyday']), account(['Savings']), account(['Elsewhere'], { owners: owners.slice(1, 2) })];
    const crowd = Array.from({ length: MAXIMUM_CANDIDATES - 1 }, () => transaction(to, 500, 'SHOP'));
    const pair = [transaction(from, -500, 'SHOP'), transaction(to, 500, 'FROM EVERYDAY')] as const;
    await store([from, to, other], [...crowd, ...pair]);
    await server.db.pool.query('UPDATE transactions SET link_pending = false WHERE amount > 0');
    expect(await search()).toBe(1);
    expect(await links()).toEqual([pairOf(...pair)]);

    const tooMany = transaction(from, -500, 'SHOP', NOON + 1);
    const match = transaction(to, 500, 'FROM EVERYDAY', NOON + 72 * HOUR + 1);
    await store([], [tooMany, match, transaction(to, 500, 'SHOP')]);
    expect(await search()).toBe(0);
    expect(await pending()).toBe(0);
  });

  test('1,000 accounts with 20 aliases each cost a few statements a batch, not some for each account', async () => {
    const accounts = Array.from({ length: 1_000 }, (_, index) =>
      account([`Account number ${index}.`, ...Array.from({ length: 20 }, (__, alias) => `${index} ${alias} `.padEnd(100, 'alias '))]),
    );
    const transactions = accounts.map((each, index) => transaction(each, index % 2 === 0 ? -100 : 100, index === 0 ? 'TO ACCOUNT NUMBER 777.' : 'SHOP'));
    await store(accounts, transactions);
    server.statements.length = 0;
    expect(await search()).toBe(1);
    expect(server.statements.length).toBeLessThan(80);
    expect(await pending()).toBe(0);
  });
});

describe('an account whose search fails for good', () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
  const spendAttempts = query<object>('UPDATE graphile_worker._private_jobs SET attempts = max_attempts - 1, run_at = now()');
  const refuse = (bankAccountId: string): string => `
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'this page is broken'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON transactions FOR EACH ROW WHEN (OLD.bank_account_id = '${bankAccountId}') EXECUTE FUNCTION refuse()`;

  test('is set aside while others are linked, given up with a word in the log and in the list, and stays so until it is retried', async () => {
    const [broken, from, to] = [account(['Broken']), account(['Everyday']), account(['Savings'])];
    const pair = [transaction(from, -500, 'TO SAVINGS'), transaction(to, 500, 'SHOP')] as const;
    await store([broken, from, to], [transaction(broken, -100, 'SHOP'), ...pair]);
    await server.db.pool.query(refuse(broken.id));
    const start = (): Promise<JobRunner> => JobRunner.start({ db: server.db, tasks: linkingTasks(services, log), cronItems: [], log });
    const first = await start();
    await enqueueLinking(server.db);
    await waitUntil('the others are linked', async () => (await links()).length === 1 && (await pending()) === 1);
    await waitUntil('it has failed by itself', async () => (await failedJobs(server.db)).some(({ state }) => state === 'retrying'));
    expect(await failedJobs(server.db)).toMatchObject([{ job: JOBS.linkTransactions, bank_account: broken.id, attempts: 1 }]);

    await server.db.rows(spendAttempts);
    await enqueueLinking(server.db);
    await waitUntil('it is given up', async () => (await failedJobs(server.db)).some(({ state }) => state === 'given_up'));
    expect(lines.filter((line) => line.includes('given up') && line.includes(broken.id))).toHaveLength(1);

    await enqueueLinking(server.db);
    await waitUntil('the next search is done', async () => (await failedJobs(server.db)).length === (await countJobs()));
    await first.stop();
    expect(await failedJobs(server.db)).toMatchObject([{ bank_account: broken.id, state: 'given_up', attempts: 25 }]);

    await server.db.pool.query('DROP FUNCTION refuse CASCADE');
    await retryFailedJobs(server.db);
    const second = await start();
    await waitUntil('it is searched', async () => (await pending()) === 0 && (await countJobs()) === 0);
    await second.stop();
  });

  const jobs = query<{ jobs: number }>('SELECT count(*)::int AS jobs FROM graphile_worker.jobs');
  const countJobs = async (): Promise<number> => (await server.db.row(jobs))?.jobs ?? 0;
});

test('one search at a time: another waits in the queue, whichever process has the first', async () => {
  const only = account(['Everyday']);
  await store([only], [transaction(only, -100, 'SHOP')]);
  const run = (): Promise<void> =>
    runOnce({ pgPool: server.db.pool, taskList: linkingTasks(services, server.app.log), noHandleSignals: true, logger: new Logger(() => () => undefined) });
  const holder = await server.db.pool.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE', [only.id]);
  await enqueueLinking(server.db);
  const first = run();
  const locked = query<{ locked: number }>('SELECT count(*)::int AS locked FROM graphile_worker.jobs WHERE locked_at IS NOT NULL');
  await waitUntil('the first has begun', async () => (await server.db.row(locked))?.locked === 1);
  await enqueueLinking(server.db);
  await run();
  expect((await server.db.row(locked))?.locked).toBe(1);
  await holder.query('COMMIT');
  holder.release();
  await first;
  await run();
  expect(await pending()).toBe(0);
});
