import { beforeEach, describe, expect, test } from 'vitest';

import { DERIVED_VALUES } from '../../src/cli/derived-values.ts';
import { recomputeBalances } from '../../src/ledger/recompute-balances.ts';
import { verifyBalances } from '../../src/ledger/verify-balances.ts';
import { query } from '../../src/db/database.ts';
import { inTransaction } from '../../src/mutations/transaction.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const server = useServer();
let user: TestUser;
let account: TestBankAccount;

/** An account in which there is something of everything that can be wrong. */
beforeEach(async () => {
  user = await createUser(server);
  account = await createBankAccount(server, user, { posted_balance: '100.00' });
  const groceries = await createBudget(user, account, { budget_type: 'C', target_balance: '20.00' });
  const archived = await createBudget(user, account);
  await createTransfer(user, account, account.unallocated_budget, groceries.id, { amount: '25.00' });
  const shop = await createTransaction(user, account, { amount: '-10.00' });
  await createTransaction(user, account, { amount: '-1.00', pending: true, posted_date: '2026-11-01T12:00:00Z' });
  expect((await user.http.post(`/api/v1/transactions/${shop.id}/splits/`, { splits: { [groceries.id]: '4.00' } })).status).toBe(200);
  expect((await user.http.post(`/api/v1/budgets/${archived.id}/archive/`)).status).toBe(200);
  const { body } = (await user.http.get(`/api/v1/allocations/?transaction=${shop.id}`).expect(200)) as { body: { results: { id: string }[] } };
  for (const { id } of body.results) await user.http.patch(`/api/v1/allocations/${id}/`, { category: 'Food & Drink:Groceries' }).expect(200);
});

/** Spoils the account past the server. `$1` is its id. */
async function spoil(sql: string): Promise<void> {
  await inTransaction(server.db, (tx) => tx.rows(query<object>(sql), [account.id]));
}

async function checksThatFail(): Promise<string[]> {
  const report = await verifyBalances(server.db, DERIVED_VALUES, { bankAccountId: account.id });
  return [...new Set(report?.differences.map((difference) => difference.check))].sort();
}

const ENTRY = 'UPDATE budget_entries SET';
const OF_GROCERIES = "budget_id = (SELECT id FROM budgets WHERE bank_account_id = $1 AND budget_type = 'C')";

describe('what recompute-balances repairs', () => {
  test.each([
    ['available_balance', ['available_balance', 'sum_of_budgets'], 'UPDATE bank_accounts SET available_balance = available_balance + 1 WHERE id = $1'],
    ['posted_balance', ['posted_balance'], 'UPDATE bank_accounts SET posted_balance = posted_balance - 1 WHERE id = $1'],
    ['transaction_count', ['transaction_count'], 'UPDATE bank_accounts SET transaction_count = transaction_count + 1 WHERE id = $1'],
    ['a count of transactions by day', ['transaction_counts'], "UPDATE transaction_counts SET count = count + 1 WHERE bank_account_id = $1 AND facet = 'transaction_date'"],
    ['a count of transactions that is not there', ['transaction_counts'], "DELETE FROM transaction_counts WHERE bank_account_id = $1 AND facet = 'posted_date'"],
    ['a count of transactions that there are none of', ['transaction_counts'], "INSERT INTO transaction_counts SELECT $1, 'transaction_type', 'fee', 1"],
    ['the balance of a budget', ['balance', 'sum_of_budgets'], 'UPDATE budgets SET balance = balance + 1 WHERE bank_account_id = $1 AND is_unallocated'],
    ['money left in an archived budget', ['archived_balance', 'balance', 'sum_of_budgets'], 'UPDATE budgets SET balance = 1 WHERE bank_account_id = $1 AND archived_at IS NOT NULL'],
    ['complete of a capped budget', ['complete'], "UPDATE budgets SET complete = NOT complete WHERE bank_account_id = $1 AND budget_type = 'C'"],
    ['allocation_count', ['allocation_count'], 'UPDATE budgets SET allocation_count = allocation_count + 1 WHERE bank_account_id = $1 AND is_unallocated'],
    ['transfer_count', ['transfer_count'], 'UPDATE budgets SET transfer_count = transfer_count + 1 WHERE bank_account_id = $1 AND is_unallocated'],
    ['a count of allocations by category', ['allocation_counts'], `UPDATE allocation_counts SET count = count + 1 WHERE ${OF_GROCERIES}`],
    ['a count of allocations that is not there', ['allocation_counts'], `DELETE FROM allocation_counts WHERE ${OF_GROCERIES}`],
    ['a count of allocations that there are none of', ['allocation_counts'], "INSERT INTO allocation_counts SELECT id, 'Home:Rent', 1 FROM budgets WHERE bank_account_id = $1 AND is_unallocated"],
    [
      'the number of a funding event',
      ['funding_event_ordinal'],
      `INSERT INTO funding_events (id, bank_account_id, budget_id, kind, date, wanted, moved, ordinal, created_at)
       SELECT gen_random_uuid(), $1, id, 'fund', '2026-11-01', 0, 0, 2, now() FROM budgets WHERE bank_account_id = $1 AND budget_type = 'C'`,
    ],
    ['the snapshot of an entry', ['budget_balance'], `${ENTRY} balance_in_day = balance_in_day + 0.01 WHERE ${OF_GROCERIES}`],
    ['the available snapshot of a transaction', ['bank_account_available_balance'], 'UPDATE transactions SET available_in_day = 0 WHERE bank_account_id = $1'],
    ['the posted snapshot of a transaction', ['bank_account_posted_balance'], 'UPDATE transactions SET posted_in_day = 0 WHERE bank_account_id = $1'],
    ['the opening of a month of an account', ['opening_available'], 'UPDATE account_months SET opening_available = opening_available + 1 WHERE bank_account_id = $1'],
    ['the posted opening of a month of an account', ['opening_posted'], 'UPDATE account_months SET opening_posted = opening_posted + 1 WHERE bank_account_id = $1'],
    ['the opening of a month of a budget', ['opening_balance'], `UPDATE budget_months SET opening_balance = opening_balance + 1 WHERE ${OF_GROCERIES}`],
    ['what a day of an account begins with', ['available_in_month'], 'UPDATE account_days SET available_in_month = available_in_month + 1 WHERE bank_account_id = $1'],
    ['what a day of an account begins with, posted', ['posted_in_month'], 'UPDATE account_days SET posted_in_month = posted_in_month + 1 WHERE bank_account_id = $1'],
    ['what a day of a budget begins with', ['balance_in_month'], `UPDATE budget_days SET balance_in_month = balance_in_month + 1 WHERE ${OF_GROCERIES}`],
    [
      'an opening that makes up for wrong days and entries',
      ['balance_in_month', 'budget_balance', 'opening_balance'],
      `WITH e AS (${ENTRY} balance_in_day = balance_in_day + 1 WHERE ${OF_GROCERIES}), d AS (UPDATE budget_days SET balance_in_month = balance_in_month + 1 WHERE ${OF_GROCERIES})
       UPDATE budget_months SET opening_balance = opening_balance - 2 WHERE ${OF_GROCERIES}`,
    ],
    ['a month of an account that is not there', ['opening_available', 'opening_posted'], 'DELETE FROM account_months WHERE bank_account_id = $1'],
    ['a month of a budget that is not there', ['opening_balance'], `DELETE FROM budget_months WHERE ${OF_GROCERIES}`],
    ['a day of an account that is not there', ['available_in_month', 'posted_in_month'], 'DELETE FROM account_days WHERE bank_account_id = $1'],
    ['a day of a budget that is not there', ['balance_in_month'], `DELETE FROM budget_days WHERE ${OF_GROCERIES}`],
    ['a month of an account that has no transactions', ['opening_available', 'opening_posted'], "INSERT INTO account_months SELECT $1, '2020-01-01', 100, 100"],
    ['a month of a budget that has no entries', ['opening_balance'], "INSERT INTO budget_months SELECT id, '2020-01-01', 0 FROM budgets WHERE bank_account_id = $1 AND is_unallocated"],
    ['a day of an account that has no transactions', ['available_in_month', 'posted_in_month'], "INSERT INTO account_days SELECT $1, '2020-01-02', 0, 0"],
    ['a day of a budget that has no entries', ['balance_in_month'], "INSERT INTO budget_days SELECT id, '2020-01-02', 0 FROM budgets WHERE bank_account_id = $1 AND is_unallocated"],
  ])('%s is found and repaired', async (_, checks, sql) => {
    expect(await checksThatFail()).toEqual([]);
    await spoil(sql);
    expect(await checksThatFail()).toEqual(checks);
    expect((await recomputeBalances(server, DERIVED_VALUES, account.id))?.corrected).toHaveLength(1);
    expect(await checksThatFail()).toEqual([]);
    expect((await recomputeBalances(server, DERIVED_VALUES, account.id))?.corrected).toEqual([]);
  });
});

describe('what is found, but cannot be repaired from the entries', () => {
  test.each([
    ['allocations that do not add up to their transaction', 'sum_of_allocations', `${ENTRY} amount = amount + 1 WHERE kind = 1 AND ${OF_GROCERIES}`],
    ['a transaction without an allocation', 'sum_of_allocations', 'DELETE FROM budget_entries WHERE transaction_id IN (SELECT id FROM transactions WHERE bank_account_id = $1 AND pending)'],
    ['an allocation that stands at another time than its transaction', 'allocation_instant', `${ENTRY} instant = instant + interval '1 day' WHERE kind = 1 AND ${OF_GROCERIES}`],
    ['an allocation that stands at another place than its transaction', 'allocation_position', `${ENTRY} position = position + 1000 WHERE kind = 1 AND ${OF_GROCERIES}`],
    ['a transfer of which one side is missing', 'transfer_amount', `DELETE FROM budget_entries WHERE kind = 0 AND ${OF_GROCERIES}`],
    ['a transfer whose sides differ', 'transfer_amount', `${ENTRY} amount = amount + 1 WHERE kind = 0 AND ${OF_GROCERIES}`],
    ['a side of a transfer in a budget that it does not name', 'transfer_side', `${ENTRY} budget_id = (SELECT id FROM budgets WHERE bank_account_id = $1 AND archived_at IS NOT NULL) WHERE kind = 0 AND ${OF_GROCERIES}`],
    ['a transfer that stands at another time than its sides', 'transfer_instant', "UPDATE internal_transactions SET effective_date = effective_date - interval '1 day' WHERE bank_account_id = $1"],
    ['an account without an Unallocated budget', 'unallocated_budgets', 'UPDATE budgets SET is_unallocated = false WHERE bank_account_id = $1'],
  ])('%s', async (_, check, sql) => {
    await spoil(sql);
    expect(await checksThatFail()).toContain(check);
  });
});

test('a difference names the account, the budget, the entry, and both values', async () => {
  await spoil(`${ENTRY} balance_in_day = 77 WHERE kind = 0 AND ${OF_GROCERIES}`);
  const [entry] = await server.db.rows(
    query<{ id: string; budget_id: string; internal_transaction_id: string }>(
      'SELECT id, budget_id, internal_transaction_id FROM budget_entries WHERE bank_account_id = $1 AND balance_in_day = 77',
    ),
    [account.id],
  );
  expect(await verifyBalances(server.db, DERIVED_VALUES, { bankAccountId: account.id })).toEqual({
    accounts: 1,
    transactions: 2,
    differences: [
      {
        bank_account: account.id,
        check: 'budget_balance',
        budget: entry?.budget_id,
        transaction: null,
        internal_transaction: entry?.internal_transaction_id,
        entry: entry?.id,
        expected: '21.0000',
        // What the day begins with, −4, and what the entry has in it.
        stored: '73.0000',
      },
    ],
    ended_early: false,
  });
});

test('the search ends when it has found enough', async () => {
  await spoil('UPDATE transactions SET available_in_day = 0, posted_in_day = 0 WHERE bank_account_id = $1');
  const report = await verifyBalances(server.db, DERIVED_VALUES, { maximumDifferences: 3 });
  expect(report?.differences).toHaveLength(3);
  expect(report?.ended_early).toBe(true);
  await recomputeBalances(server, DERIVED_VALUES);
  expect(await checksThatFail()).toEqual([]);
});

test('an account that is not there is neither right nor wrong', async () => {
  const bankAccountId = '0199f3a0-5c1e-7000-8000-000000000001';
  expect(await verifyBalances(server.db, DERIVED_VALUES, { bankAccountId })).toBeUndefined();
  expect(await recomputeBalances(server, DERIVED_VALUES, bankAccountId)).toBeUndefined();
});
