import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { query } from '../../src/db/database.ts';
import { apiAt, type Api } from '../support/api.ts';
import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createBudget, createTransaction, createUser, type TestUser } from '../support/factories.ts';
import { expectBalances, LedgerClient, type WorkloadAccount } from '../support/ledger-workload.ts';
import { expectSoundLedger } from '../support/ledger.ts';
import { isLong, seed } from '../support/long-mode.ts';
import { startServerProcess, type ServerProcess } from '../support/processes.ts';
import { waitUntil } from '../support/waiting.ts';

const server = useServer();
const BUDGETS = 4;
const TIMEOUT_MILLISECONDS = isLong ? 600_000 : 120_000;

async function createAccount(user: TestUser, fields: { bank: string; name: string }): Promise<WorkloadAccount> {
  const account = await createBankAccount(server, user, fields);
  const budgets = await Promise.all(Array.from({ length: BUDGETS }, () => createBudget(user, account)));
  return { id: account.id, name: account.name, unallocated: account.unallocated_budget, budgets: budgets.map((budget) => budget.id) };
}

/** Lets so many clients work at the same time, and checks that no request got lost or counted twice. */
async function storm(api: Api, accounts: readonly WorkloadAccount[], options: { clients: number; steps: number }): Promise<void> {
  console.log(`${options.clients} concurrent clients, MIBUDGE_TEST_SEED=${seed}`);
  const clients = Array.from({ length: options.clients }, (_, index) => new LedgerClient(api, accounts, seed + index));
  await Promise.all(clients.map((client) => client.run(isLong ? options.steps * 10 : options.steps)));
  await expectBalances(api, accounts, clients);
  await expectSoundLedger(server);
}

describe('writers at the same time', () => {
  let user: TestUser;
  let checking: WorkloadAccount;
  beforeAll(async () => {
    user = await createUser(server);
    checking = await createAccount(user, { bank: (await createBank(server)).id, name: 'Checking' });
  });

  test('20 on one account lose nothing: every balance is the sum of what was answered, every chain is right', { timeout: TIMEOUT_MILLISECONDS }, async () => {
    await storm(apiAt([server.app.listeningOrigin], user.token), [checking], { clients: 20, steps: 10 });
  });

  test('a reader beside them always sees one state: budgets that add up to the account', async () => {
    const sums = query<{ available_balance: string; budgets: string }>(
      'SELECT a.available_balance, (SELECT sum(b.balance) FROM budgets b WHERE b.bank_account_id = a.id) AS budgets FROM bank_accounts a WHERE a.id = $1',
    );
    const progress = { writing: true };
    const writers = Promise.all(Array.from({ length: 4 }, () => createTransaction(user, checking))).finally(() => {
      progress.writing = false;
    });
    while (progress.writing) {
      const row = await server.db.row(sums, [checking.id]);
      expect(row?.budgets).toBe(row?.available_balance);
    }
    await writers;
  });
});

describe('two server processes on one database', () => {
  const processes: ServerProcess[] = [];
  let user: TestUser;
  let accounts: WorkloadAccount[];
  let api: Api;
  beforeAll(async () => {
    user = await createUser(server);
    const bank = (await createBank(server)).id;
    accounts = [await createAccount(user, { bank, name: 'Household checking' }), await createAccount(user, { bank, name: 'Rainy day savings' })];
    const environment = { DATABASE_URL: server.config.databaseUrl ?? '', MIBUDGE_DATA_DIR: server.config.dataDirectory };
    processes.push(...(await Promise.all([startServerProcess(environment), startServerProcess(environment)])));
    api = apiAt(processes.map((process) => process.url), user.token);
  });
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.end('SIGTERM')));
  });

  test('8 clients on one account get no errors, and lose nothing', { timeout: TIMEOUT_MILLISECONDS }, async () => {
    await storm(api, accounts.slice(0, 1), { clients: 8, steps: 12 });
  });

  test('32 clients across two accounts, whose mirrored transactions are linked meanwhile, get no errors, and lose nothing', { timeout: TIMEOUT_MILLISECONDS }, async () => {
    const [, savings] = accounts;
    if (!savings) throw new Error('there are two accounts');
    // The other one has a past already, from the test before.
    const fresh = await createAccount(user, { bank: (await createBank(server)).id, name: 'Joint checking' });
    await storm(api, [fresh, savings], { clients: 32, steps: 6 });
  });

  test('link each mirrored pair once, on both sides, and unlink it when one side is deleted', async () => {
    const [checking, savings] = accounts;
    if (!checking || !savings) throw new Error('there are two accounts');
    const mirrored = { amount: '-987.65', posted_date: '2026-11-19T12:00:00Z', raw_description: `TRANSFER TO ${savings.name}` };
    const from = await createTransaction(user, checking, mirrored);
    const body = { ...mirrored, bank_account: savings.id, amount: '987.65', raw_description: `TRANSFER FROM ${checking.name}`, transaction_type: '' };
    const to = (await api.send('POST', '/api/v1/transactions/', body)).body as { id: string };
    const linkOf = async (id: string): Promise<unknown> => ((await api.send('GET', `/api/v1/transactions/${id}/`)).body as { linked_transaction: unknown }).linked_transaction;
    await waitUntil('the pair is linked', async () => (await linkOf(from.id)) === to.id);
    expect(await linkOf(to.id)).toBe(from.id);
    expect((await api.send('DELETE', `/api/v1/transactions/${to.id}/`)).status).toBe(204);
    expect(await linkOf(from.id)).toBeNull();
    await expectSoundLedger(server);
  });
});
