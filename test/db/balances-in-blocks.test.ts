/** The migration that put running balances into blocks, on a history that is written as the server wrote it before. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { DERIVED_VALUES } from '../../src/cli/derived-values.ts';
import { Database, query } from '../../src/db/database.ts';
import { migrate, migrationsDirectory } from '../../src/db/migrate.ts';
import { ACCOUNT_CHAIN, BUDGET_CHAIN, openingOf, snapshotsSql, type AccountSnapshots, type BudgetSnapshots } from '../../src/ledger/chain.ts';
import { verifyBalances } from '../../src/ledger/verify-balances.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const BLOCKS = '20261124100000_balances_in_blocks';
let database: TestDatabase;
let db: Database;
let older: string;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  db = new Database(database.url);
  older = await mkdtemp(join(tmpdir(), 'mibudge-migrations-'));
  for (const name of await readdir(migrationsDirectory)) {
    if (name < BLOCKS) await cp(join(migrationsDirectory, name), join(older, name), { recursive: true });
  }
});

afterAll(async () => {
  await db.close();
  await database.drop();
  await rm(older, { recursive: true });
});

/** Two accounts with 300 transactions each over two months, some at one instant, some pending; every third goes to a budget that a transfer fed. */
const HISTORY = `
INSERT INTO users (username) VALUES ('someone');
INSERT INTO banks (id, name) VALUES (md5('bank')::uuid, 'Bank');
INSERT INTO bank_accounts (id, bank_id, name, currency, opening_posted, opening_available)
  SELECT md5('account ' || a)::uuid, md5('bank')::uuid, 'Account ' || a, 'USD', 100 * a, 90 * a FROM generate_series(1, 2) a;
INSERT INTO bank_account_owners (bank_account_id, user_id) SELECT a.id, u.id FROM bank_accounts a, users u WHERE u.username = 'someone';
INSERT INTO budgets (id, bank_account_id, is_unallocated, name, schedule_anchor, funding_floor, recurrence_floor)
  SELECT md5('budget ' || a || ' ' || b)::uuid, md5('account ' || a)::uuid, b = 0, 'Budget ' || b, '2026-01-01', '2026-01-01', '2026-01-01'
  FROM generate_series(1, 2) a, generate_series(0, 1) b;
CREATE TEMPORARY TABLE history AS
  SELECT a, n, md5('account ' || a)::uuid AS account_id, md5(a || ' transaction ' || n)::uuid AS id, (n * 7919 % 1000 - 700) / 100.0 AS amount, n % 17 = 0 AS pending,
    timestamptz '2026-09-01Z' + (n * 37 % 300 / 5) * interval '1 day' AS instant
  FROM generate_series(1, 2) a, generate_series(1, 300) n;
INSERT INTO transactions (id, bank_account_id, amount, posted_date, transaction_date, transaction_type, pending, raw_description, description,
    bank_account_posted_balance, bank_account_available_balance, created_at, modified_at)
  SELECT id, account_id, amount, instant, instant, '', pending, 'SHOP', 'SHOP', 0, 0, now(), now() FROM history ORDER BY a, n;
UPDATE transactions t SET bank_account_available_balance = s.available, bank_account_posted_balance = s.posted FROM (
  SELECT t.id, a.opening_available + sum(t.amount) OVER so_far AS available, a.opening_posted + sum(CASE WHEN t.pending THEN 0 ELSE t.amount END) OVER so_far AS posted
  FROM transactions t JOIN bank_accounts a ON a.id = t.bank_account_id WINDOW so_far AS (PARTITION BY t.bank_account_id ORDER BY t.transaction_date, t.sequence)
) s WHERE s.id = t.id;
INSERT INTO internal_transactions (id, bank_account_id, amount, src_budget_id, dst_budget_id, actor_id, effective_date, created_at, modified_at)
  SELECT md5('transfer ' || a)::uuid, md5('account ' || a)::uuid, 50, md5('budget ' || a || ' 0')::uuid, md5('budget ' || a || ' 1')::uuid, u.id, '2026-09-11Z', now(), now()
  FROM generate_series(1, 2) a, users u WHERE u.username = 'someone';
INSERT INTO budget_entries (id, bank_account_id, budget_id, instant, kind, position, amount, balance, transaction_id, internal_transaction_id, category, created_at, modified_at)
  SELECT gen_random_uuid(), t.bank_account_id, md5('budget ' || h.a || ' ' || CASE h.n % 3 WHEN 0 THEN 1 ELSE 0 END)::uuid, t.transaction_date, 1, t.sequence, t.amount, 0,
    t.id, NULL::uuid, 'Uncategorized:Unassigned', now(), now() FROM transactions t JOIN history h ON h.id = t.id
  UNION ALL
  SELECT gen_random_uuid(), i.bank_account_id, s.budget_id, i.effective_date, 0, i.sequence, s.amount, 0, NULL, i.id, NULL, now(), now()
  FROM internal_transactions i CROSS JOIN LATERAL (VALUES (i.src_budget_id, -i.amount), (i.dst_budget_id, i.amount)) s (budget_id, amount);
UPDATE budget_entries e SET balance = s.balance FROM (
  SELECT e.id, CASE WHEN b.is_unallocated THEN a.opening_available ELSE 0 END + sum(e.amount) OVER (PARTITION BY e.budget_id ORDER BY e.instant, e.kind, e.position) AS balance
  FROM budget_entries e JOIN budgets b ON b.id = e.budget_id JOIN bank_accounts a ON a.id = b.bank_account_id
) s WHERE s.id = e.id;
UPDATE budgets b SET balance = CASE WHEN b.is_unallocated THEN a.opening_available ELSE 0 END + s.total, allocation_count = s.allocations, transfer_count = s.transfers
FROM (
  SELECT budget_id, sum(amount) AS total, count(*) FILTER (WHERE kind = 1) AS allocations, count(*) FILTER (WHERE kind = 0) AS transfers FROM budget_entries GROUP BY budget_id
) s, bank_accounts a WHERE s.budget_id = b.id AND a.id = b.bank_account_id;
UPDATE bank_accounts a SET available_balance = a.opening_available + s.available, posted_balance = a.opening_posted + s.posted, transaction_count = s.count FROM (
  SELECT bank_account_id, sum(amount) AS available, sum(CASE WHEN pending THEN 0 ELSE amount END) AS posted, count(*) AS count FROM transactions GROUP BY bank_account_id
) s WHERE s.bank_account_id = a.id;
INSERT INTO transaction_counts (bank_account_id, facet, value, count)
  SELECT t.bank_account_id, f.facet, f.value, count(*) FROM transactions t CROSS JOIN LATERAL (VALUES
    ('transaction_date', to_char(t.transaction_date AT TIME ZONE 'UTC', 'YYYY-MM-DD')), ('posted_date', to_char(t.posted_date AT TIME ZONE 'UTC', 'YYYY-MM-DD')),
    ('transaction_type', t.transaction_type)) f (facet, value) GROUP BY 1, 2, 3;
DROP TABLE history`;

const snapshotsBefore = query<AccountSnapshots & { id: string }>(
  'SELECT id, bank_account_available_balance, bank_account_posted_balance FROM transactions ORDER BY id',
);
const snapshotsAfter = query<AccountSnapshots & { id: string }>(
  `SELECT t.id, ${snapshotsSql(ACCOUNT_CHAIN, 't')} FROM transactions t ${openingOf(ACCOUNT_CHAIN, 't')} ORDER BY t.id`,
);
const entriesBefore = query<BudgetSnapshots & { id: string }>('SELECT id, balance FROM budget_entries ORDER BY id');
const entriesAfter = query<BudgetSnapshots & { id: string }>(
  `SELECT e.id, ${snapshotsSql(BUDGET_CHAIN, 'e')} FROM budget_entries e ${openingOf(BUDGET_CHAIN, 'e')} ORDER BY e.id`,
);

test('a history from before keeps every snapshot, is sound in blocks, and hears how far the migration is', async () => {
  const heard: string[] = [];
  await migrate(db.pool, undefined, older);
  await db.pool.query(HISTORY);
  const [transactions, entries] = [await db.rows(snapshotsBefore), await db.rows(entriesBefore)];
  expect([transactions.length, entries.length]).toEqual([600, 604]);

  expect((await migrate(db.pool, (line) => heard.push(line)))[0]).toBe(BLOCKS);
  expect(await db.rows(snapshotsAfter)).toEqual(transactions);
  expect(await db.rows(entriesAfter)).toEqual(entries);
  expect(await verifyBalances(db, DERIVED_VALUES)).toMatchObject({ accounts: 2, transactions: 600, differences: [] });
  expect(heard.filter((line) => line.startsWith('running balances in blocks'))).toEqual([
    'running balances in blocks, 1 of 4: the days and months of accounts',
    'running balances in blocks, 2 of 4: the days and months of budgets',
    'running balances in blocks, 3 of 4: 600 transactions',
    'running balances in blocks, 4 of 4: 604 allocations and sides of transfers',
  ]);
});
