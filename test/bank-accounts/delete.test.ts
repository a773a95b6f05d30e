import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createTransfer, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();

const countRows = query<{ table: string; rows: string }>(`
SELECT 'budgets' AS table, count(*) AS rows FROM budgets WHERE bank_account_id = $1
UNION ALL SELECT 'transactions', count(*) FROM transactions WHERE bank_account_id = $1
UNION ALL SELECT 'budget_entries', count(*) FROM budget_entries WHERE bank_account_id = $1
UNION ALL SELECT 'internal_transactions', count(*) FROM internal_transactions WHERE bank_account_id = $1
UNION ALL SELECT 'funding_events', count(*) FROM funding_events WHERE bank_account_id = $1
UNION ALL SELECT 'bank_account_owners', count(*) FROM bank_account_owners WHERE bank_account_id = $1
ORDER BY 1`);
const link = query<object>('UPDATE transactions SET linked_transaction_id = CASE id WHEN $1 THEN $2::uuid ELSE $1 END WHERE id IN ($1, $2)');
const insertEvent = query<object>(`INSERT INTO funding_events (id, bank_account_id, budget_id, kind, date, wanted, moved, internal_transaction_id, ordinal, created_at)
  VALUES (gen_random_uuid(), $1, $2, 'fund', '2026-11-01', 10, 10, $3, 1, now())`);
const setDefault = query<object>('UPDATE users SET default_bank_account_id = $2 WHERE id = $1');
const findDefault = query<{ id: string | null }>('SELECT default_bank_account_id AS id FROM users WHERE id = $1');
const setImage = query<object>('UPDATE transactions SET image = $2 WHERE id = $1');

/** An account with some of everything under it. */
async function livelyAccount(user: TestUser, transactions: number): Promise<{ account: TestBankAccount; transactionIds: string[] }> {
  const account = await createBankAccount(server, user, { posted_balance: '1000' });
  const budget = await createBudget(user, account, { budget_type: 'R', with_fillup_goal: true });
  const transfer = await createTransfer(user, account, account.unallocated_budget, budget.id);
  await server.db.rows(insertEvent, [account.id, budget.id, transfer.id]);
  const transactionIds: string[] = [];
  for (let index = 0; index < transactions; index += 1) transactionIds.push((await createTransaction(user, account)).id);
  await user.http.post(`/api/v1/transactions/${transactionIds[0] ?? ''}/splits/`, { splits: { [budget.id]: '4' } });
  return { account, transactionIds };
}

test('everything under an account goes with it; linked transactions of other accounts stay, unlinked', async () => {
  const user = await createUser(server);
  const { account, transactionIds } = await livelyAccount(user, 3);
  const other = await createBankAccount(server, user);
  const mirror = await createTransaction(user, other, { amount: '10.00' });
  const [linked = '', illustrated = ''] = transactionIds;
  await server.db.rows(link, [linked, mirror.id]);
  await server.db.rows(setDefault, [user.id, account.id]);
  const fileId = '0199f3a0-5c1e-7000-8000-00000000000f';
  const folder = join(server.config.dataDirectory, 'uploads');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, fileId), 'an image');
  await server.db.rows(setImage, [illustrated, `${fileId}/receipt.png`]);

  expect((await user.http.delete(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(204);
  expect((await user.http.get(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(404);
  const counts = await server.db.rows(countRows, [account.id]);
  expect(counts).toHaveLength(6);
  expect(counts.filter(({ rows }) => rows !== '0')).toEqual([]);
  expect(await server.db.row(findDefault, [user.id])).toEqual({ id: null });
  expect(existsSync(join(folder, fileId))).toBe(false);
  expect((await user.http.get(`/api/v1/transactions/${mirror.id}/`)).body).toMatchObject({ id: mirror.id, linked_transaction: null });
  await expectSoundLedger(server);
});

test('a long history takes no more statements than a short one', async () => {
  const user = await createUser(server);
  const statementsFor = async (transactions: number): Promise<number> => {
    const { account } = await livelyAccount(user, transactions);
    server.statements.length = 0;
    expect((await user.http.delete(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(204);
    return server.statements.length;
  };
  expect(await statementsFor(25)).toBe(await statementsFor(1));
});
