import fc from 'fast-check';
import { expect, test } from 'vitest';

import { changeAllocations } from '../../src/allocations/allocation-entries.ts';
import { query } from '../../src/db/database.ts';
import { lockBankAccount } from '../../src/ledger/lock-bank-account.ts';
import { inTransaction } from '../../src/mutations/transaction.ts';
import { Decimal } from '../../src/money.ts';
import { changeTransaction } from '../../src/transactions/transaction-entries.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createBudget, createTransaction, createUser, type TestTransaction } from '../support/factories.ts';
import { expectSoundLedger } from '../support/ledger.ts';
import { isLong, seed } from '../support/long-mode.ts';

const server = useServer();
const findEntry = query<{ id: string; budget_id: string }>('SELECT id, budget_id FROM budget_entries WHERE transaction_id = $1');

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

test.each([
  ['past another one of its day', '2026-11-10T11:00:00Z'],
  ['to the end of its day', '2026-11-10T13:00:00Z'],
  ['to another month', '2026-12-24T13:00:00Z'],
])('a transaction that moves %s takes its amount along', async (_, instant) => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user);
  const [moved, other, last] = await Promise.all(
    ['08', '10', '12'].map((hour, index) => createTransaction(user, account, { posted_date: `2026-11-10T${hour}:00:00Z`, amount: `-${10 ** index}.00` })),
  );
  if (!moved || !other || !last) throw new Error('all three are there');
  const move = (to: string): Promise<void> =>
    inTransaction(server.db, async (tx) => {
      const locked = await lockBankAccount(tx, account.id);
      const entry = await tx.row(findEntry, [moved.id]);
      if (!locked || !entry) throw new Error('the account and the allocation are there');
      await changeTransaction(tx, locked, [{ id: moved.id, ownerId: account.id, instant: new Date(to) }], server.clock.now());
      await changeAllocations(tx, locked, [{ id: entry.id, ownerId: entry.budget_id, instant: new Date(to) }], server.clock.now());
    });
  const balances = async (): Promise<string[]> => {
    const { body } = (await user.http.get(`/api/v1/transactions/?bank_account=${account.id}&ordering=transaction_date`).expect(200)) as { body: { results: TestTransaction[] } };
    return body.results.map((row) => row.bank_account_available_balance);
  };
  await move(instant);
  expect(await balances()).toEqual(new Date(instant) > new Date(last.transaction_date) ? ['-10.00', '-110.00', '-111.00'] : ['-10.00', '-11.00', '-111.00']);
  await expectSoundLedger(server);
  await move('2026-11-10T08:00:00Z');
  expect(await balances()).toEqual(['-1.00', '-11.00', '-111.00']);
  await expectSoundLedger(server);
});

const findEntries = query<{ id: string; budget_id: string; amount: string }>('SELECT id, budget_id, amount FROM budget_entries WHERE transaction_id = $1');
const DAYS = 5;
const HOUR = 3_600_000;
const FIRST = Date.parse('2026-11-01T00:00:00Z');

/** Few instants over some blocks, so that many transactions share one, and blocks are emptied and begun. */
const anyInstant = fc.integer({ min: 0, max: DAYS * 2 }).map((half) => new Date(FIRST + half * 12 * HOUR));

test('whatever amount, place and pending are changed to, one after the other, the ledger stays sound', async () => {
  const user = await createUser(server);
  const changeArbitrary = fc.record(
    { amount: fc.integer({ min: -500, max: 500 }), instant: anyInstant, pending: fc.boolean() },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ instant: anyInstant, pending: fc.boolean() }), { minLength: 3, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(), changeArbitrary), { minLength: 2, maxLength: 6 }),
      async (posts, changes) => {
        const account = await createBankAccount(server, user, { posted_balance: '100.00', available_balance: '90.00' });
        const budget = await createBudget(user, account);
        const transactions: TestTransaction[] = [];
        for (const { instant, pending } of posts) {
          transactions.push(await createTransaction(user, account, { posted_date: instant.toISOString(), amount: '-10.00', pending }));
        }
        await user.http.post(`/api/v1/transactions/${transactions[0]?.id ?? ''}/splits/`, { splits: { [budget.id]: '4.00' } }).expect(200);
        for (const [index, { amount, instant, pending }] of changes) {
          const { id = '' } = transactions[index % transactions.length] ?? {};
          await inTransaction(server.db, async (tx) => {
            const locked = await lockBankAccount(tx, account.id);
            if (!locked) throw new Error('the account is there');
            const entries = await tx.rows(findEntries, [id]);
            const others = entries.slice(1).reduce((sum, entry) => sum.plus(entry.amount), new Decimal(0));
            const moved = instant && { instant };
            const now = server.clock.now();
            const total = amount === undefined ? undefined : new Decimal(amount).dividedBy(100);
            await changeTransaction(tx, locked, [{ id, ownerId: account.id, ...(total && { amount: total }), ...moved, ...(pending !== undefined && { pending }) }], now);
            // The first allocation takes the difference, and all of them stand where the transaction stands.
            const shares = entries.map((entry, place) => ({ id: entry.id, ownerId: entry.budget_id, ...(total && place === 0 && { amount: total.minus(others) }), ...moved }));
            await changeAllocations(tx, locked, shares, now);
          });
          await expectSoundLedger(server);
        }
      },
    ),
    { numRuns: isLong ? 200 : 15, seed },
  );
});
