import { expect, test } from 'vitest';

import { changeAllocations } from '../../src/allocations/allocation-entries.ts';
import { statement } from '../../src/db/database.ts';
import { lockBankAccount } from '../../src/ledger/lock-bank-account.ts';
import { inTransaction } from '../../src/mutations/transaction.ts';
import { Decimal } from '../../src/money.ts';
import { changeTransaction } from '../../src/transactions/transaction-entries.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestTransaction } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';

const server = useServer();
const findEntry = statement<{ id: string; budget_id: string }>('SELECT id, budget_id FROM budget_entries WHERE transaction_id = $1');

// No request changes an amount yet; banks do, when a pending amount was an estimate.
test.each([
  ['pending', true, { available_balance: '-32.50', posted_balance: '-20.00' }],
  ['posted', false, { available_balance: '-32.50', posted_balance: '-32.50' }],
])('the changed amount of a %s transaction moves its own and all later balances, and no earlier ones', async (_, pending, balances) => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const post = (day: string, fields = {}): Promise<TestTransaction> => createTransaction(user, account, { posted_date: `2026-11-${day}T12:00:00Z`, ...fields });
  const later = await post('15');
  const changed = await post('10', { pending });
  const earlier = await post('05');
  await inTransaction(server.db, async (tx) => {
    const locked = await lockBankAccount(tx, account.id);
    const entry = await tx.row(findEntry, [changed.id]);
    if (!locked || !entry) throw new Error('the account and the allocation are there');
    const amount = new Decimal('-12.50');
    await changeTransaction(tx, locked, [{ id: changed.id, ownerId: account.id, amount }], server.clock.now());
    await changeAllocations(tx, locked, [{ id: entry.id, ownerId: entry.budget_id, amount }], server.clock.now());
  });
  const shown = async (transaction: TestTransaction): Promise<unknown> => (await user.http.get(`/api/v1/transactions/${transaction.id}/`)).body;
  expect(await shown(earlier)).toMatchObject({ bank_account_available_balance: '-10.00' });
  expect(await shown(changed)).toMatchObject({ amount: '-12.50', bank_account_available_balance: '-22.50' });
  expect(await shown(later)).toMatchObject({ amount: '-10.00', bank_account_available_balance: balances.available_balance, bank_account_posted_balance: balances.posted_balance });
  expect((await user.http.get(`/api/v1/bank-accounts/${account.id}/`)).body).toMatchObject(balances);
  await expectSoundLedger(server);
});
