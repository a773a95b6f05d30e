import { performance } from 'node:perf_hooks';

import { DERIVED_VALUES } from '../src/cli/derived-values.ts';
import { recomputeBalances } from '../src/ledger/recompute-balances.ts';
import { verifyBalances } from '../src/ledger/verify-balances.ts';
import { addDays, calendarDate, type Clock } from '../src/dates.ts';
import { Database } from '../src/db/database.ts';
import { Mutations } from '../src/mutations/mutate.ts';
import { fundAllAccounts, type FundingDoors } from '../src/funding/fund-all-accounts.ts';
import { fundInRounds } from '../src/funding/funding-rounds.ts';
import type { Figure } from './results.ts';

/** How much there is to fund, and to pass over. */
export interface FundingSize {
  /** Missed by each budget of one account. */
  weeks: number;
  /** Accounts with nothing due. */
  idleAccounts: number;
}

/** What the aims in seconds are for; those for less are in proportion. */
export const FULL_FUNDING: FundingSize = { weeks: 156, idleAccounts: 10_000 };
const CATCH_UP_SECONDS = 20;
const PASS_OVER_SECONDS = 10;
const EVENTS_PER_SECOND = 3_500;

const BUDGETS = 200;
const TRANSACTIONS = 10_000;
const IDLE_BUDGETS = 5;
/** A Saturday; the missed weeks are the Mondays before it. */
const TODAY = calendarDate('2026-10-31');
const clock: Clock = { now: () => new Date(`${TODAY}T12:00:00Z`) };

/**
 * Fills an empty, migrated database and measures the two things that a night consists of.
 * @throws Error when the engine did something else than expected, or the ledger is not sound afterwards
 */
export async function measureFunding(connectionString: string, size: FundingSize): Promise<Figure[]> {
  const db = new Database(connectionString);
  try {
    const bigAccount = await loadAccounts(db, size);
    const catchUp = await measureCatchUp(db, bigAccount, size.weeks);
    const passOver = await measurePassOver(db);
    const differences = (await verifyBalances(db, DERIVED_VALUES, { bankAccountId: bigAccount }))?.differences;
    if (differences?.length !== 0) throw new Error('the ledger is not sound after funding');
    return [...catchUp, passOver];
  } finally {
    await db.close();
  }
}

/** Funding has no effects outside the database. */
function doorsTo(db: Database): FundingDoors {
  return { db, mutations: new Mutations({ db, clock, makeHappen: () => Promise.resolve() }) };
}

async function measureCatchUp(db: Database, bankAccountId: string, weeks: number): Promise<Figure[]> {
  const started = performance.now();
  let events = 0;
  let transfers = 0;
  for await (const report of fundInRounds(doorsTo(db).mutations, { bankAccountId })) {
    events += report.events.length;
    transfers += report.transfers;
  }
  const seconds = (performance.now() - started) / 1000;
  if (events !== BUDGETS * weeks || transfers !== events) throw new Error(`${events} events were funded instead of ${BUDGETS * weeks}`);
  return [
    {
      name: `funding ${events} missed events of one account with ${TRANSACTIONS} transactions`,
      value: seconds,
      unit: 's',
      target: { atMost: (CATCH_UP_SECONDS * weeks) / FULL_FUNDING.weeks },
    },
    { name: 'funding, missed events a second', value: events / seconds, unit: '/s', target: { atLeast: EVENTS_PER_SECOND } },
  ];
}

async function measurePassOver(db: Database): Promise<Figure> {
  const started = performance.now();
  let accounts = 0;
  for await (const outcome of fundAllAccounts(doorsTo(db), { now: clock.now() })) {
    if ('failure' in outcome || outcome.report.events.length > 0) throw new Error('an account was not passed over');
    accounts += 1;
  }
  return {
    name: `passing over ${accounts} accounts with nothing due`,
    value: (performance.now() - started) / 1000,
    unit: 's',
    target: { atMost: (PASS_OVER_SECONDS * accounts) / FULL_FUNDING.idleAccounts },
  };
}

/** @returns the id of the account with the backlog */
async function loadAccounts(db: Database, { weeks, idleAccounts }: FundingSize): Promise<string> {
  const floor = addDays(TODAY, 1 - 7 * weeks);
  await db.pool.query(`
    INSERT INTO users (username, timezone) VALUES ('funding-bench', 'America/New_York');
    INSERT INTO banks (id, name) VALUES (md5('funding bench')::uuid, 'Bench Bank');
    CREATE TEMPORARY TABLE new_accounts AS SELECT n, md5('funding bench account ' || n)::uuid AS id FROM generate_series(0, ${idleAccounts}) n;
    INSERT INTO bank_accounts (id, bank_id, name, currency, opening_posted, opening_available, last_posted_through)
      SELECT id, md5('funding bench')::uuid, 'Account ' || n, 'USD', 10000000, 10000000, '${TODAY}' FROM new_accounts;
    INSERT INTO bank_account_owners (bank_account_id, user_id) SELECT a.id, u.id FROM new_accounts a, users u WHERE u.username = 'funding-bench';
    INSERT INTO budgets (id, bank_account_id, is_unallocated, name, schedule_anchor, funding_floor, recurrence_floor)
      SELECT gen_random_uuid(), id, true, 'Unallocated', '${floor}', '${floor}', '${floor}' FROM new_accounts;
    INSERT INTO budgets (id, bank_account_id, name, budget_type, funding_type, target_balance, funding_amount, target_date, funding_schedule, schedule_anchor, funding_floor, recurrence_floor)
      SELECT gen_random_uuid(), a.id, 'Budget ' || i, 'G', CASE i % 2 WHEN 0 THEN 'F' ELSE 'D' END, 100000, 10, '2040-01-01', 'RRULE:FREQ=WEEKLY;BYDAY=MO',
        '${floor}', CASE a.n WHEN 0 THEN date '${floor}' ELSE date '${TODAY}' END, '${floor}'
      FROM new_accounts a CROSS JOIN generate_series(1, ${BUDGETS}) i WHERE a.n = 0 OR i <= ${IDLE_BUDGETS};
    INSERT INTO transactions (id, bank_account_id, amount, posted_date, transaction_date, transaction_type, raw_description, description, link_pending,
        posted_in_day, available_in_day, created_at, modified_at)
      SELECT gen_random_uuid(), (SELECT id FROM new_accounts WHERE n = 0), -1, instant, instant, 'signature_purchase', 'SHOP', 'SHOP', false, 0, 0, instant, instant
      FROM (SELECT date_trunc('milliseconds', timestamptz '${floor} Z' + n * (interval '${7 * weeks - 2} days' / ${TRANSACTIONS})) AS instant FROM generate_series(1, ${TRANSACTIONS}) n) t;
    INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, balance_in_day, transaction_id, category, created_at, modified_at)
      SELECT gen_random_uuid(), t.bank_account_id, b.id, t.transaction_date, 1, t.sequence, t.amount, 0, t.id, 'Uncategorized:Unassigned', t.created_at, t.created_at
      FROM transactions t JOIN budgets b ON b.bank_account_id = t.bank_account_id AND b.is_unallocated;
    UPDATE budgets b SET balance = a.opening_available FROM bank_accounts a WHERE a.id = b.bank_account_id AND b.is_unallocated;
    UPDATE bank_accounts SET available_balance = opening_available, posted_balance = opening_posted;
    DROP TABLE new_accounts`);
  const { rows } = await db.pool.query<{ id: string }>(`SELECT md5('funding bench account 0')::uuid AS id`);
  const id = rows[0]?.id ?? '';
  await recomputeBalances(doorsTo(db), DERIVED_VALUES, id);
  await db.pool.query('VACUUM (ANALYZE)');
  return id;
}
