import type { TaskList } from 'graphile-worker';
import { afterEach, describe, expect, test } from 'vitest';

import { calendarDate, type InstantText } from '../../../src/dates.ts';
import { query } from '../../../src/db/database.ts';
import { fundAccount } from '../../../src/funding/fund-account.ts';
import { fundAndEnqueueRest, fundInRounds } from '../../../src/funding/funding-rounds.ts';
import { fundingCron, fundingTasks } from '../../../src/funding/funding.jobs.ts';
import { failedJobs, forgetOldFailures } from '../../../src/jobs/failed-jobs.ts';
import { enqueueForAccount, JOBS } from '../../../src/jobs/job-queue.ts';
import { JobRunner } from '../../../src/jobs/run-jobs.ts';
import { useServer } from '../../support/app.ts';
import { DatabaseProxy } from '../../support/database-proxy.ts';
import { expectSoundLedger } from '../../support/ledger.ts';
import { runCommandLine } from '../../support/processes.ts';
import { waitUntil } from '../../support/waiting.ts';
import { anotherPool, createFundedAccount, fundedState, importThrough, mutationsOn, type FundedAccount } from './funded-account.ts';

let proxy: DatabaseProxy;
let directUrl: string;
const server = useServer(
  {},
  {
    connectThrough: async (databaseUrl) => {
      directUrl = databaseUrl;
      proxy = await DatabaseProxy.open(databaseUrl);
      return proxy.url;
    },
  },
);

const DAILY = [{ name: 'Daily', funding_type: 'F', target_balance: '0', funding_amount: '10', funding_schedule: 'FREQ=DAILY' }];

const runners: JobRunner[] = [];
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner.stop();
  server.clock.set('2026-11-20T08:00:00Z');
});

/**
 * Runs the real queue with the funding jobs, as one server process does.
 * @param maximumEvents where a round stops
 * @param afterFunding called whenever a job has funded an account
 */
async function startJobs(db = server.db, maximumEvents?: number, afterFunding: () => void = () => undefined): Promise<JobRunner> {
  const tasks = fundingTasks({ db, mutations: mutationsOn(db, server), clock: server.clock, log: server.app.log }, maximumEvents);
  const fund = tasks[JOBS.fundAccount];
  const observed: TaskList = {
    ...tasks,
    [JOBS.fundAccount]: async (payload, helpers) => {
      await fund?.(payload, helpers);
      afterFunding();
    },
  };
  const runner = await JobRunner.start({ db, tasks: observed, cronItems: fundingCron, log: server.app.log });
  runners.push(runner);
  return runner;
}

async function eventsOf(account: FundedAccount): Promise<number> {
  return (await fundedState(server, account)).events.length;
}

const countJobs = query<{ jobs: string }>('SELECT count(*) AS jobs FROM graphile_worker.jobs WHERE attempts < max_attempts');
async function queueIsEmpty(): Promise<boolean> {
  return (await server.db.row(countJobs))?.jobs === '0';
}

async function markImported(account: FundedAccount, date: string): Promise<void> {
  expect((await account.user.http.post(`/api/v1/bank-accounts/${account.id}/mark-imported/`, { last_posted_through: date })).status).toBe(200);
}

const breakSchedule = query<object>(`UPDATE budgets SET funding_schedule = 'RRULE:FREQ=SOMETIMES' WHERE bank_account_id = $1 AND NOT is_unallocated`);
const repairSchedule = query<object>(`UPDATE budgets SET funding_schedule = 'RRULE:FREQ=DAILY' WHERE bank_account_id = $1 AND NOT is_unallocated`);

describe('after an import', () => {
  test('the account is funded in the background, through the day of the import', async () => {
    const account = await createFundedAccount(server, { budgets: DAILY, importedThrough: null });
    await startJobs();
    server.clock.set('2026-11-25T08:00:00Z');
    await markImported(account, '2026-11-23');
    await waitUntil('the import is funded', async () => (await eventsOf(account)) === 3);
    await markImported(account, '2026-11-30');
    await waitUntil('the next import is funded through today', async () => (await eventsOf(account)) === 5);
    await waitUntil('the queue is empty', queueIsEmpty);
    await expectSoundLedger(server);
  });

  test('that no server hears of, the funding is made up for when one starts', async () => {
    const account = await createFundedAccount(server, { budgets: DAILY, importedThrough: null });
    server.clock.set('2026-11-22T08:00:00Z');
    await markImported(account, '2026-11-22');
    await startJobs();
    await waitUntil('it is funded', async () => (await eventsOf(account)) === 2);
  });

  const lockJobs = query<{ id: string }>(`UPDATE graphile_worker._private_jobs SET locked_by = 'pool-of-the-dead', locked_at = now(), attempts = attempts + 1 RETURNING id`);

  test('a job whose server was killed is taken up by the next one at once', async () => {
    const account = await createFundedAccount(server, { budgets: DAILY, importedThrough: null });
    server.clock.set('2026-11-22T08:00:00Z');
    await markImported(account, '2026-11-22');
    expect(await server.db.rows(lockJobs)).toHaveLength(1);
    await startJobs();
    await waitUntil('it is funded', async () => (await eventsOf(account)) === 2);
    await waitUntil('the queue is empty', queueIsEmpty);
  });
});

describe('a run that is too long for one round', () => {
  const findKeys = query<{ key: string }>(`SELECT key FROM graphile_worker.jobs ORDER BY length(key) DESC`);

  test('goes on in further jobs, with the day on which it began, also across midnight', async () => {
    const account = await createFundedAccount(server, { budgets: DAILY });
    server.clock.set('2026-11-25T23:59:00Z');
    await enqueueForAccount(server.db, JOBS.fundAccount, account.id);
    let jobs = 0;
    await startJobs(server.db, 2, () => {
      jobs += 1;
      server.clock.set('2026-11-26T00:01:00Z');
    });
    await waitUntil('the queue is empty', queueIsEmpty);
    expect([jobs, await eventsOf(account)]).toEqual([3, 5]);
    await enqueueForAccount(server.db, JOBS.fundAccount, account.id);
    await waitUntil('the next day is funded by the next run', async () => (await eventsOf(account)) === 6);
  });

  test('is neither replaced by the next import, nor replaces its funding', async () => {
    const account = await createFundedAccount(server, { budgets: DAILY });
    const rest = await mutationsOn(server.db, server).run((tx, now) => fundAndEnqueueRest(tx, { bankAccountId: account.id, asOf: calendarDate('2026-11-30'), maximumEvents: 4 }, now));
    expect(rest).toMatchObject({ has_more: true, transfers: 4 });
    await markImported(account, '2026-12-31');
    expect(await server.db.rows(findKeys)).toEqual([{ key: `fund-account:2026-11-30:${account.id}` }, { key: `fund-account:${account.id}` }]);
    // Through the day of the run, although today is earlier.
    await startJobs(server.db, 4);
    await waitUntil('the queue is empty', queueIsEmpty);
    expect(await eventsOf(account)).toBe(10);
  });

  test('and is shared by two processes and a command is one run', async () => {
    const [account, alone] = [await createFundedAccount(server), await createFundedAccount(server)];
    server.clock.set('2027-01-31T08:00:00Z');
    const other = anotherPool(server);
    await enqueueForAccount(server.db, JOBS.fundAccount, account.id);
    await enqueueForAccount(server.db, JOBS.fundAccount, account.id, calendarDate('2027-01-31'));
    await startJobs(server.db, 3);
    await startJobs(other, 3);
    for await (const report of fundInRounds(mutationsOn(other, server), { bankAccountId: account.id, maximumEvents: 3 })) expect(report.events.length).toBeLessThanOrEqual(3);
    await waitUntil('the queue is empty', queueIsEmpty);
    expect(await mutationsOn(server.db, server).run((tx, now) => fundAccount(tx, { bankAccountId: alone.id }, now))).toMatchObject({ has_more: false });
    expect(await fundedState(server, account)).toEqual(await fundedState(server, alone));
    for (const runner of runners.splice(0)) await runner.stop();
    await other.close();
    await expectSoundLedger(server);
  });
});

describe('two processes', () => {
  test('share the night: each account is funded once', async () => {
    const accounts = await Promise.all(Array.from({ length: 6 }, () => createFundedAccount(server, { timezone: 'Asia/Tokyo', budgets: DAILY })));
    const other = anotherPool(server);
    await startJobs();
    await startJobs(other);
    server.clock.set('2026-11-21T19:00:00Z');
    const addNightly = query<object>(`SELECT FROM graphile_worker.add_job('${JOBS.fundNightly}', payload := '{"_cron": {"ts": "2026-11-21T19:00:00Z"}}')`);
    await Promise.all([server.db.rows(addNightly), other.rows(addNightly)]);
    for (const account of accounts) await waitUntil('it is funded', async () => (await eventsOf(account)) === 2);
    await waitUntil('the queue is empty', queueIsEmpty);
    expect(await Promise.all(accounts.map(eventsOf))).toEqual(accounts.map(() => 2));
    for (const runner of runners.splice(0)) await runner.stop();
    await other.close();
    await expectSoundLedger(server);
  });

  const findCron = query<{ job: string; hour: InstantText }>(`
    SELECT tasks.identifier AS job, (jobs.payload->'_cron'->>'ts')::timestamptz AS hour
    FROM graphile_worker._private_jobs jobs JOIN graphile_worker._private_tasks tasks ON tasks.id = jobs.task_id WHERE tasks.identifier = '${JOBS.fundNightly}' ORDER BY hour`);
  const countCrons = query<{ known: string }>('SELECT count(*) AS known FROM graphile_worker._private_known_crontabs');
  const finishAll = query<object>('SELECT FROM graphile_worker.complete_jobs(ARRAY(SELECT id FROM graphile_worker.jobs))');
  const setLastSeen = query<object>(`UPDATE graphile_worker._private_known_crontabs SET last_execution = now() - $1::interval WHERE identifier = '${JOBS.fundNightly}'`);

  test.each([
    ['three hours', '3 hours', 3],
    ['a week', '7 days', 24],
  ])('that were both down for %s make up for the missed hours of a day, once', async (_, interval, hours) => {
    const idle = { [JOBS.fundNightly]: (): Promise<void> => Promise.reject(new Error('stays in the queue')) };
    const start = (): Promise<JobRunner> => JobRunner.start({ db: server.db, tasks: idle, cronItems: fundingCron, log: server.app.log });
    const first = await start();
    await waitUntil('the hours are known', async () => (await server.db.row(countCrons))?.known === '1');
    await first.stop();
    await server.db.rows(finishAll);
    await server.db.rows(setLastSeen, [interval]);
    const both = await Promise.all([start(), start()]);
    await waitUntil('the missed hours are enqueued', async () => (await server.db.rows(findCron)).length >= hours);
    for (const runner of both) await runner.stop();
    const missed = (await server.db.rows(findCron)).map(({ hour }) => hour);
    expect(new Set(missed).size).toBe(missed.length);
    // One more where the clock strikes meanwhile.
    expect(missed.length - hours).toBeLessThanOrEqual(1);
    await server.db.rows(finishAll);
  });
});

describe('an account that cannot be funded', () => {
  const findDelay = query<{ attempts: number; seconds: number }>(`
    SELECT attempts, extract(epoch FROM run_at - created_at)::float8 AS seconds FROM graphile_worker.jobs WHERE last_error IS NOT NULL AND locked_at IS NULL`);
  const expireJob = query<object>('SELECT FROM graphile_worker.reschedule_jobs(ARRAY[$1::bigint], attempts := 24, run_at := now())');
  const ageJob = query<object>(`UPDATE graphile_worker._private_jobs SET updated_at = now() - interval '31 days' WHERE id = $1`);

  test('does not hold up the others, is tried again with growing delays, seen, and retried from the command line', async () => {
    const poisoned = await createFundedAccount(server, { budgets: DAILY });
    const healthy = await createFundedAccount(server, { budgets: DAILY });
    await server.db.rows(breakSchedule, [poisoned.id]);
    const environment = { DATABASE_URL: directUrl, MIBUDGE_DATA_DIR: server.config.dataDirectory };
    server.clock.set('2026-11-21T08:00:00Z');
    const runner = await startJobs();
    await enqueueForAccount(server.db, JOBS.fundAccount, poisoned.id);
    await enqueueForAccount(server.db, JOBS.fundAccount, healthy.id);
    await waitUntil('the healthy one is funded', async () => (await eventsOf(healthy)) === 1);
    await waitUntil('the other one has failed', async () => (await failedJobs(server.db)).length === 1);

    const [failed] = await failedJobs(server.db);
    expect(failed).toMatchObject({ job: JOBS.fundAccount, bank_account: poisoned.id, state: 'retrying', maximum_attempts: 25 });
    const delay = await server.db.row(findDelay);
    expect(delay?.attempts).toBeGreaterThanOrEqual(1);
    expect(delay?.seconds).toBeGreaterThan(Math.exp(delay?.attempts ?? 0) - 0.001);
    expect(await eventsOf(poisoned)).toBe(0);

    await server.db.rows(expireJob, [failed?.id]);
    await waitUntil('it is given up', async () => (await failedJobs(server.db)).some(({ state }) => state === 'given_up'));
    const listed = await runCommandLine(['jobs', 'list', '--json'], environment);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(listed.stdout)).toMatchObject([{ id: failed?.id, bank_account: poisoned.id, state: 'given_up', attempts: 25, next_try: null }]);
    expect((await runCommandLine(['jobs', 'list'], environment)).stdout).toContain('given up');

    await server.db.rows(repairSchedule, [poisoned.id]);
    expect(await runCommandLine(['jobs', 'retry', failed?.id ?? '', '999999'], environment)).toMatchObject({ code: 1, stdout: `Will be tried again: ${failed?.id ?? ''}.\n`, stderr: expect.stringContaining('999999') as string });
    await waitUntil('it is funded', async () => (await eventsOf(poisoned)) === 1);
    await waitUntil('nothing is left', async () => (await failedJobs(server.db)).length === 0);
    await runner.stop();
    runners.length = 0;
    await expectSoundLedger(server);
  });

  test('and was given up gets a new job with the next import; after a month the old failure is forgotten', async () => {
    const poisoned = await createFundedAccount(server, { budgets: DAILY });
    await server.db.rows(breakSchedule, [poisoned.id]);
    server.clock.set('2026-11-21T08:00:00Z');
    await startJobs();
    await enqueueForAccount(server.db, JOBS.fundAccount, poisoned.id);
    await waitUntil('it has failed', async () => (await failedJobs(server.db)).length === 1);
    const [failed] = await failedJobs(server.db);
    await server.db.rows(expireJob, [failed?.id]);
    await waitUntil('it is given up', async () => (await failedJobs(server.db)).some(({ state }) => state === 'given_up'));
    await server.db.rows(repairSchedule, [poisoned.id]);
    await markImported(poisoned, '2026-11-21');
    await waitUntil('it is funded', async () => (await eventsOf(poisoned)) === 1);
    await forgetOldFailures(server.db);
    expect(await failedJobs(server.db)).toMatchObject([{ id: failed?.id, bank_account: null, state: 'given_up' }]);
    await server.db.rows(ageJob, [failed?.id]);
    await forgetOldFailures(server.db);
    expect(await failedJobs(server.db)).toEqual([]);
  });
});

test('the queue survives the loss of the database, also in the middle of a job', async () => {
  const account = await createFundedAccount(server, { budgets: DAILY, importedThrough: null });
  let reached: (() => void) | undefined;
  const inJob = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let release: (() => void) | undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const tasks = fundingTasks({ db: server.db, mutations: mutationsOn(server.db, server), clock: server.clock, log: server.app.log });
  const fund = tasks[JOBS.fundAccount];
  const runner = await JobRunner.start({
    db: server.db,
    tasks: {
      [JOBS.fundAccount]: async (payload, helpers) => {
        reached?.();
        await released;
        await fund?.(payload, helpers);
      },
    },
    cronItems: [],
    log: server.app.log,
  });
  runners.push(runner);
  server.clock.set('2026-11-21T08:00:00Z');
  await importThrough(server, account, '2026-11-30');
  await enqueueForAccount(server.db, JOBS.fundAccount, account.id);
  await inJob;
  await proxy.interrupt();
  release?.();
  await waitUntil('the job has met the loss', async () => (await account.user.http.get('/api/v1/banks/')).status === 503);
  await proxy.resume();
  await waitUntil('the job ran after all', async () => (await eventsOf(account).catch(() => 0)) === 1);
  await waitUntil('the queue is empty', queueIsEmpty);
  await expectSoundLedger(server);
});
