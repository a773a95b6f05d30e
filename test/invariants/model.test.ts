import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';

import { DERIVED_VALUES } from '../../src/cli/derived-values.ts';
import { recomputeBalances } from '../../src/ledger/recompute-balances.ts';
import { verifyBalances } from '../../src/ledger/verify-balances.ts';
import { Decimal } from '../../src/money.ts';
import { apiAt, type Api } from '../support/api.ts';
import { useServer } from '../support/app.ts';
import { expectModel } from '../support/expect-model.ts';
import { createBank, createBankAccount, createUser, type TestUser } from '../support/factories.ts';
import { operation, perform, type LedgerUnderTest, type Operation } from '../support/ledger-operations.ts';
import { isLong, seed } from '../support/long-mode.ts';
import { LedgerModel } from '../support/model.ts';

const RUNS = isLong ? 400 : 40;
/** Lengths are evenly spread, so that sequences have 50 on the average. */
const MAXIMUM_OPERATIONS = 100;
/** Shrinking a failure takes many runs more. */
const TIMEOUT_MILLISECONDS = isLong ? 1_200_000 : 300_000;

const server = useServer();
let user: TestUser;
let bank: string;
let api: Api;
beforeAll(async () => {
  user = await createUser(server);
  bank = (await createBank(server)).id;
  api = apiAt([server.app.listeningOrigin], user.token);
});

async function openLedger(currency: string): Promise<LedgerUnderTest> {
  server.clock.set('2026-11-20T08:00:00.000Z');
  const account = await createBankAccount(server, user, { bank, currency, posted_balance: '40', available_balance: '25' });
  const model = new LedgerModel({ posted: new Decimal(40), available: new Decimal(25) }, account.unallocated_budget);
  return { api, clock: server.clock, account, model };
}

async function replay(currency: string, operations: readonly Operation[]): Promise<void> {
  const ledger = await openLedger(currency);
  await expectModel(ledger);
  for (const done of operations) {
    const outcome = await perform(ledger, done);
    if (!outcome) continue;
    expect(outcome.status, JSON.stringify(done)).toBe(outcome.expected);
    await expectModel(ledger);
  }
  const { id } = ledger.account;
  expect((await verifyBalances(server.db, DERIVED_VALUES, { bankAccountId: id }))?.differences).toEqual([]);
  expect((await recomputeBalances(server, DERIVED_VALUES, id))?.corrected).toEqual([]);
  expect((await api.send('DELETE', `/api/v1/bank-accounts/${id}/`)).status).toBe(204);
}

test(
  'after any sequence of operations, everything that the API shows is what a naive recomputation says',
  { timeout: TIMEOUT_MILLISECONDS },
  async () => {
    console.log(`model test: ${RUNS} runs, MIBUDGE_TEST_SEED=${seed}`);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('USD', 'JPY', 'KWD'),
        fc.array(operation, { minLength: 1, maxLength: MAXIMUM_OPERATIONS, size: 'max' }),
        replay,
      ),
      { numRuns: RUNS, seed },
    );
  },
);
