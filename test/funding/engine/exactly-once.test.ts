import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { addDays, calendarDate } from '../../../src/dates.ts';
import { query, type Database } from '../../../src/db/database.ts';
import { fundInDryRun, fundInRounds } from '../../../src/funding/funding-rounds.ts';
import type { FundingReport } from '../../../src/funding/funding-report.ts';
import { useServer } from '../../support/app.ts';
import { expectSoundLedger } from '../../support/ledger.ts';
import { waitUntil } from '../../support/waiting.ts';
import { anotherPool, createFundedAccount, fundedState, fundOn, mutationsOn, type FundedAccount, type FundedState } from './funded-account.ts';

const server = useServer();

const DYING_ENGINE = fileURLToPath(new URL('./dying-engine.ts', import.meta.url));
/** Two months with events of every kind, some of them short of money. */
const AS_OF = '2027-01-31';

/** What one undisturbed run leaves behind, on an account with the same budgets. */
let expected: FundedState;
beforeAll(async () => {
  const account = await createFundedAccount(server);
  await fundOn(server.db, server, account, AS_OF);
  expected = await fundedState(server, account);
  expect(expected.events.length).toBeGreaterThan(40);
});

/** The engines' day; on a clock that stands still until a test moves it. */
const DAY = { asOf: calendarDate(AS_OF) };

/** Runs an engine to the end. @returns the reports of its rounds */
async function fundToTheEnd(db: Database, account: FundedAccount, maximumEvents: number): Promise<FundingReport[]> {
  const reports: FundingReport[] = [];
  for await (const report of fundInRounds(mutationsOn(db, server), { bankAccountId: account.id, ...DAY, maximumEvents })) reports.push(report);
  return reports;
}

describe('two engines on one account', () => {
  let first: Database;
  let second: Database;
  beforeAll(() => {
    first = anotherPool(server);
    second = anotherPool(server);
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });

  test('that race a hundred times, each time for a day of events, do what one engine does', async () => {
    const budgets = [
      { name: 'Daily', funding_type: 'F', target_balance: '0', funding_amount: '1', funding_schedule: 'FREQ=DAILY' },
      { name: 'Filled', budget_type: 'R', funding_type: 'F', target_balance: '9', funding_amount: '3', funding_schedule: 'FREQ=DAILY', recurrance_schedule: 'FREQ=DAILY', with_fillup_goal: true },
    ];
    const raced = await createFundedAccount(server, { budgets, balance: '250' });
    const alone = await createFundedAccount(server, { budgets, balance: '250' });
    let winnersOfFirst = 0;
    for (let round = 1; round <= 100; round += 1) {
      const day = addDays(calendarDate('2026-11-20'), round);
      const reports = await Promise.all([fundOn(first, server, raced, day), fundOn(second, server, raced, day)]);
      expect(reports.map(({ events }) => events.length).sort()).toEqual([0, 3]);
      if (reports[0].events.length > 0) winnersOfFirst += 1;
    }
    await fundOn(server.db, server, alone, '2027-02-28');
    expect(await fundedState(server, raced)).toEqual(await fundedState(server, alone));
    // Else nothing raced.
    expect(winnersOfFirst).toBeGreaterThan(0);
    await expectSoundLedger(server);
  });

  test('and run again afterwards change nothing, nor does a run with an earlier date', async () => {
    const account = await createFundedAccount(server);
    await Promise.all([fundOn(first, server, account, AS_OF), fundOn(second, server, account, AS_OF), fundOn(first, server, account, '2026-12-31')]);
    const state = await fundedState(server, account);
    expect(state.events).toHaveLength(expected.events.length);
    for (const asOf of [AS_OF, '2026-12-31', undefined]) {
      expect(await fundOn(second, server, account, asOf)).toMatchObject({ transfers: 0, events: [], warnings: [], skipped_budgets: [] });
    }
    expect(await fundedState(server, account)).toEqual(state);
  });
});

describe('a run that is cut into rounds', () => {
  test.each([1, 7, 30])('of %i events each, by three engines at once, is one run', async (maximumEvents) => {
    const account = await createFundedAccount(server);
    const pools = [anotherPool(server), anotherPool(server), anotherPool(server)];
    const rounds = await Promise.all(pools.map((db) => fundToTheEnd(db, account, maximumEvents)));
    for (const db of pools) await db.close();
    expect(await fundedState(server, account)).toEqual(expected);
    // The last engine to look found nothing; the others shared the rounds.
    const events = rounds.flat().map((report) => report.events.length);
    expect(events.reduce((sum, count) => sum + count, 0)).toBe(expected.events.length);
    expect(Math.max(...events)).toBeLessThanOrEqual(maximumEvents);
    await expectSoundLedger(server);
  });

  test('goes on with the day on which it began, also across midnight', async () => {
    const budgets = [{ name: 'Daily', funding_type: 'F', target_balance: '0', funding_amount: '1', funding_schedule: 'FREQ=DAILY' }];
    const account = await createFundedAccount(server, { budgets, timezone: 'America/New_York' });
    server.clock.set('2026-11-26T04:59:00Z');
    const rounds: [string, number, boolean][] = [];
    for await (const report of fundInRounds(mutationsOn(server.db, server), { bankAccountId: account.id, maximumEvents: 2 })) {
      rounds.push([report.as_of, report.events.length, report.has_more]);
      server.clock.set('2026-11-26T05:01:00Z');
    }
    expect(rounds).toEqual([['2026-11-25', 2, true], ['2026-11-25', 2, true], ['2026-11-25', 1, false]]);
    expect(await fundOn(server.db, server, account)).toMatchObject({ as_of: '2026-11-26', transfers: 1 });
    server.clock.set('2026-11-20T08:00:00Z');
  });

  test('reports in a dry run what it then does, round by round, and leaves nothing behind', async () => {
    const account = await createFundedAccount(server);
    const before = await fundedState(server, account);
    const withoutIds = ({ events, ...report }: FundingReport): object => ({ ...report, events: events.map((event) => ({ ...event, internal_transaction: event.internal_transaction !== null })) });
    const dry: FundingReport[] = [];
    for await (const report of fundInDryRun(mutationsOn(server.db, server), { bankAccountId: account.id, ...DAY, maximumEvents: 9 })) dry.push(report);
    expect(await fundedState(server, account)).toEqual(before);
    expect((await fundToTheEnd(server.db, account, 9)).map(withoutIds)).toEqual(dry.map(withoutIds));
    expect(dry.map((report) => report.has_more)).toEqual(dry.map((_, index) => index < dry.length - 1));
    expect(dry.length).toBe(Math.ceil(expected.events.length / 9));
  });
});

describe('an engine that is stopped between any two statements', () => {
  /** Runs the engine in a process that is killed when its n-th statement is about to be sent. */
  async function runKilledAt(account: FundedAccount, statementNumber: number, maximumEvents = 1_000): Promise<{ signal: string | null; sent: number }> {
    const child = spawn(process.execPath, [DYING_ENGINE, server.config.databaseUrl ?? '', account.id, AS_OF, String(maximumEvents), String(statementNumber)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output, exit] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return { signal: exit[1] as string | null, sent: Number(output) };
  }

  const findOpen = query<{ open: string }>(`SELECT count(*) AS open FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`);

  test('by kill -9 leaves nothing behind, and a run after it is one run', async () => {
    const { sent } = await runKilledAt(await createFundedAccount(server), 0);
    // BEGIN, lock, read, write and COMMIT: fewer statements would mean that this test misses some.
    expect(sent).toBeGreaterThan(8);
    for (let statementNumber = 1; statementNumber <= sent; statementNumber += 1) {
      const account = await createFundedAccount(server);
      const before = await fundedState(server, account);
      expect(await runKilledAt(account, statementNumber)).toMatchObject({ signal: 'SIGKILL' });
      await waitUntil('Postgres has noticed', async () => (await server.db.row(findOpen))?.open === '0');
      expect(await fundedState(server, account)).toEqual(before);
      await fundOn(server.db, server, account, AS_OF);
      expect(await fundedState(server, account)).toEqual(expected);
    }
    await expectSoundLedger(server);
  });

  test('by kill -9 around the end of a round leaves whole rounds behind, and a run after it goes on from there', async () => {
    const sent: string[] = [];
    const db = anotherPool(server, (text) => sent.push(text));
    const undisturbed = await createFundedAccount(server);
    const rounds = fundInRounds(mutationsOn(db, server), { bankAccountId: undisturbed.id, ...DAY, maximumEvents: 30 });
    const first = await rounds.next();
    expect(first.value).toMatchObject({ has_more: true, as_of: AS_OF });
    const [endOfFirst, afterFirst] = [sent.length, await fundedState(server, undisturbed)];
    expect(afterFirst.events).toHaveLength(30);
    expect((await rounds.next()).value).toMatchObject({ has_more: false });
    expect(await rounds.next()).toMatchObject({ done: true });
    expect(await fundedState(server, undisturbed)).toEqual(expected);
    await db.close();
    expect([sent[endOfFirst - 1], sent.at(-1)]).toEqual(['COMMIT', 'COMMIT']);

    // The second round's first statement, and its last.
    for (const statementNumber of [endOfFirst + 1, sent.length]) {
      const account = await createFundedAccount(server);
      expect(await runKilledAt(account, statementNumber, 30)).toMatchObject({ signal: 'SIGKILL' });
      await waitUntil('Postgres has noticed', async () => (await server.db.row(findOpen))?.open === '0');
      expect(await fundedState(server, account)).toEqual(afterFirst);
      await fundToTheEnd(server.db, account, 7);
      expect(await fundedState(server, account)).toEqual(expected);
    }
    await expectSoundLedger(server);
  });

  test('by the loss of its connection runs again by itself, and that is one run', async () => {
    let sent = 0;
    let failingAt = 0;
    const db = anotherPool(server, () => {
      sent += 1;
      if (sent === failingAt) throw new Error('Connection terminated unexpectedly');
    });
    await fundOn(db, server, await createFundedAccount(server), AS_OF);
    const statements = sent;
    for (failingAt = 1; failingAt <= statements; failingAt += 1) {
      const account = await createFundedAccount(server);
      sent = 0;
      await fundOn(db, server, account, AS_OF);
      expect(sent).toBeGreaterThan(failingAt);
      expect(await fundedState(server, account)).toEqual(expected);
    }
    await db.close();
    await expectSoundLedger(server);
  });
});

test('an event that is recorded already stops a run that would do it again, as a whole', async () => {
  const account = await createFundedAccount(server);
  const budgetQuery = query<{ id: string }>(`SELECT id FROM budgets WHERE bank_account_id = $1 AND name = 'Fun'`);
  const budget = await server.db.row(budgetQuery, [account.id]);
  const record = query<object>(`INSERT INTO funding_events (id, bank_account_id, budget_id, kind, date, wanted, moved, ordinal, created_at)
    VALUES (gen_random_uuid(), $1, $2, 'fund', '2026-12-05', 0, 0, 1, now())`);
  await server.db.rows(record, [account.id, budget?.id]);
  const before = await fundedState(server, account);
  await expect(fundOn(server.db, server, account, AS_OF)).rejects.toMatchObject({ code: '23505', constraint: 'funding_events_budget_id_kind_date_key' });
  expect(await fundedState(server, account)).toEqual(before);
  // Nothing before that date is held up.
  expect((await fundOn(server.db, server, account, '2026-12-04')).events.length).toBeGreaterThan(0);
});
