import { Logger, runOnce } from 'graphile-worker';
import { beforeAll, describe, expect, test } from 'vitest';

import { linkTransactions } from '../../src/linking/link-transactions.ts';
import { enqueueLinking } from '../../src/linking/link-all-transactions.ts';
import { linkingTasks } from '../../src/linking/linking.jobs.ts';
import { relink } from '../../src/linking/relink.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createTransaction, createUser, type TestBankAccount, type TestUser } from '../support/factories.ts';

const SILENT = new Logger(() => () => undefined);

const server = useServer();
let services: Parameters<typeof linkTransactions>[0];

beforeAll(() => {
  services = { db: server.db, mutations: server.mutations, encryption: createFieldEncryption(server.config.encryptionKeys) };
});

interface Pair {
  user: TestUser;
  checking: TestBankAccount;
  savings: TestBankAccount;
}

/** Two accounts of one user: Everyday with the number …1111, and Rainy Day with …2222 and the alias ACME SAVER. */
async function twoAccounts(): Promise<Pair> {
  const user = await createUser(server);
  const checking = await createBankAccount(server, user, { name: 'Everyday', account_number: '00011111111' });
  const savings = await createBankAccount(server, user, { name: 'Rainy Day', account_number: '99-2222' });
  // The API takes no alias as short as the second one any more, but it took them.
  await server.db.prisma.bankAccount.update({ where: { id: savings.id }, data: { linkAliases: ['ACME SAVER', 'XY'] } });
  return { user, checking, savings };
}

async function linkOf(user: TestUser, transaction: { id: string }): Promise<unknown> {
  const { body } = (await user.http.get(`/api/v1/transactions/${transaction.id}/`).expect(200)) as { body: { linked_transaction: string | null } };
  return body.linked_transaction;
}

/** A transfer of 50 from checking to savings, as the two banks may report it. */
async function transfer({ user, checking, savings }: Pair, out: Record<string, unknown>, into: Record<string, unknown>): Promise<[{ id: string }, { id: string }]> {
  const common = { posted_date: '2026-11-10T12:00:00Z' };
  return [
    await createTransaction(user, checking, { ...common, amount: '-50.00', raw_description: 'OUT', ...out }),
    await createTransaction(user, savings, { ...common, amount: '50.00', raw_description: 'IN', ...into }),
  ];
}

describe('what makes two transactions counterparts', () => {
  test.each([
    ['the last four digits', 'TRANSFER TO ACCOUNT ENDING IN 2222', 'DEPOSIT'],
    ['the last four digits, in the other description', 'WITHDRAWAL', 'Transfer from acct ending in 1111'],
    ['masked digits', 'XFER TO XXXX2222', 'DEPOSIT'],
    ['dots', 'Online transfer to ...2222 ref 77', 'DEPOSIT'],
    ['an asterisk', 'TO *2222', 'DEPOSIT'],
    ['ends with', 'to the account that ends with 2222', 'DEPOSIT'],
    ['ending, without in', 'SAVINGS ENDING 2222', 'DEPOSIT'],
    ['a number sign', 'TRANSFER ACCT #2222', 'DEPOSIT'],
    ['an account number that is masked', 'TRANSFER TO ACCOUNT NO. XXXXXX2222', 'DEPOSIT'],
    ['last four', 'CARD LAST FOUR: 2222', 'DEPOSIT'],
    ["the account's name, in any case", 'Moved to RAINY day fund', 'DEPOSIT'],
    ['an alias', 'ach pmt acme saver', 'DEPOSIT'],
  ])('%s', async (_name, out, into) => {
    const pair = await twoAccounts();
    const [first, second] = await transfer(pair, { raw_description: out }, { raw_description: into });
    expect(await linkTransactions(services, pair.savings.id)).toBe(1);
    expect(await linkOf(pair.user, first)).toBe(second.id);
    expect(await linkOf(pair.user, second)).toBe(first.id);
  });

  test.each([
    ['neither description points anywhere', {}, {}],
    ['the digits stand alone', { raw_description: 'REF 2222' }, {}],
    ['the digits are part of a longer number', { raw_description: 'ENDING IN 22223' }, {}],
    ['the digits are of the own account', { raw_description: 'ENDING IN 1111' }, {}],
    ['the alias is too short to mean anything', { raw_description: 'XY' }, {}],
    ['the amounts are not opposite', { raw_description: 'TO RAINY DAY' }, { amount: '50.01' }],
    ['the amounts have the same sign', { raw_description: 'TO RAINY DAY' }, { amount: '-50.00' }],
    ['the dates are more than 3 days apart', { raw_description: 'TO RAINY DAY' }, { posted_date: '2026-11-13T12:00:00.001Z' }],
  ])('no link when %s', async (_name, out, into) => {
    const pair = await twoAccounts();
    const [first] = await transfer(pair, out, into);
    expect(await linkTransactions(services, pair.checking.id)).toBe(0);
    expect(await linkTransactions(services, pair.savings.id)).toBe(0);
    expect(await linkOf(pair.user, first)).toBeNull();
  });

  test('exactly 3 days apart is near enough, on either side', async () => {
    const pair = await twoAccounts();
    const [early] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, { posted_date: '2026-11-13T12:00:00Z' });
    expect(await linkTransactions(services, pair.checking.id)).toBe(1);
    expect(await linkOf(pair.user, early)).not.toBeNull();
  });

  test('an edited description counts too', async () => {
    const pair = await twoAccounts();
    await transfer(pair, { description: 'To Rainy Day' }, {});
    expect(await linkTransactions(services, pair.checking.id)).toBe(1);
  });

  test('special characters in a name are taken literally', async () => {
    const user = await createUser(server);
    const checking = await createBankAccount(server, user);
    const savings = await createBankAccount(server, user, { name: '***=(a|b)[' });
    await transfer({ user, checking, savings }, { raw_description: 'to aab' }, {});
    expect(await linkTransactions(services, checking.id)).toBe(0);
    await transfer({ user, checking, savings }, { amount: '-7', raw_description: 'to ***=(A|B)[ ok' }, { amount: '7' });
    expect(await linkTransactions(services, checking.id)).toBe(1);
  });
});

describe('each must be the only match of the other', () => {
  test('two candidates: none is linked', async () => {
    const pair = await twoAccounts();
    const [out] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
    await createTransaction(pair.user, pair.savings, { amount: '50.00', posted_date: '2026-11-11T12:00:00Z' });
    expect(await linkTransactions(services, pair.checking.id)).toBe(0);
    expect(await linkOf(pair.user, out)).toBeNull();
  });

  test('two transactions that both want the same one: none is linked', async () => {
    const pair = await twoAccounts();
    const [, into] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
    await createTransaction(pair.user, pair.checking, { amount: '-50.00', posted_date: '2026-11-11T12:00:00Z', raw_description: 'ACME SAVER' });
    expect(await linkTransactions(services, pair.savings.id)).toBe(0);
    expect(await linkOf(pair.user, into)).toBeNull();
  });

  test('a rival on a third account that only the partner shares an owner with counts', async () => {
    const pair = await twoAccounts();
    const partner = await createUser(server);
    await server.db.prisma.bankAccountOwner.create({ data: { bankAccountId: pair.savings.id, userId: partner.id } });
    const third = await createBankAccount(server, partner);
    await createTransaction(partner, third, { amount: '-50.00', posted_date: '2026-11-10T12:00:00Z', raw_description: 'TO RAINY DAY' });
    await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
    expect(await linkTransactions(services, pair.checking.id)).toBe(0);
  });

  test('what is linked already is out of the question', async () => {
    const pair = await twoAccounts();
    await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
    expect(await linkTransactions(services, pair.checking.id)).toBe(1);
    const [second] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
    expect(await linkTransactions(services, pair.checking.id)).toBe(1);
    expect(await linkOf(pair.user, second)).not.toBeNull();
  });
});

test('accounts without a common owner are never linked', async () => {
  const [first, second] = [await twoAccounts(), await twoAccounts()];
  await createTransaction(first.user, first.checking, { amount: '-50.00', raw_description: 'TO RAINY DAY' });
  await createTransaction(second.user, second.savings, { amount: '50.00', raw_description: 'FROM EVERYDAY' });
  expect(await linkTransactions(services, first.checking.id)).toBe(0);
});

test('accounts in different currencies are never linked: 50 dollars are not 50 yen', async () => {
  const user = await createUser(server);
  const checking = await createBankAccount(server, user);
  const savings = await createBankAccount(server, user, { name: 'Tokyo', bank: (await createBank(server, { defaultCurrency: 'JPY' })).id });
  await transfer({ user, checking, savings }, { raw_description: 'TO TOKYO' }, { amount: '50' });
  expect(await linkTransactions(services, checking.id)).toBe(0);
});

test('a search finds new transactions once: a second run has nothing to do', async () => {
  const pair = await twoAccounts();
  await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
  await Promise.all([linkTransactions(services, pair.checking.id), linkTransactions(services, pair.savings.id), linkTransactions(services, pair.checking.id)]);
  expect(await server.db.prisma.transaction.count({ where: { bankAccountId: { in: [pair.checking.id, pair.savings.id] }, linkedTransactionId: null } })).toBe(0);
  expect(await server.db.prisma.transaction.count({ where: { bankAccountId: { in: [pair.checking.id, pair.savings.id] }, linkPending: true } })).toBe(0);
});

test('deleting one side unlinks the other, which can be linked again', async () => {
  const pair = await twoAccounts();
  const [out, into] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
  await linkTransactions(services, pair.checking.id);
  server.clock.set('2026-11-21T09:00:00Z');
  await pair.user.http.delete(`/api/v1/transactions/${out.id}/`).expect(204);
  const { body } = (await pair.user.http.get(`/api/v1/transactions/${into.id}/`)) as { body: Record<string, unknown> };
  expect(body).toMatchObject({ linked_transaction: null, modified_at: '2026-11-21T09:00:00.000Z' });
  await createTransaction(pair.user, pair.checking, { amount: '-50.00', posted_date: '2026-11-10T12:00:00Z', raw_description: 'TO RAINY DAY' });
  expect(await linkTransactions(services, pair.checking.id)).toBe(1);
});

test('both sides of many links deleted at the same time: no deadlock reaches a client', async () => {
  const pair = await twoAccounts();
  const transactions: { id: string }[] = [];
  for (let cents = 1; cents <= 12; cents += 1) {
    transactions.push(...(await transfer(pair, { amount: `-1.${cents + 10}`, raw_description: 'TO RAINY DAY' }, { amount: `1.${cents + 10}` })));
  }
  expect(await linkTransactions(services, pair.checking.id)).toBe(12);
  const answers = await Promise.all(transactions.map(({ id }) => pair.user.http.delete(`/api/v1/transactions/${id}/`)));
  expect(answers.map(({ status }) => status)).toEqual(transactions.map(() => 204));
});

test('relinking finds old transactions after an account got an alias', async () => {
  const pair = await twoAccounts();
  const [out] = await transfer(pair, { raw_description: 'NEST EGG' }, {});
  await linkTransactions(services, pair.checking.id);
  await linkTransactions(services, pair.savings.id);
  await pair.user.http.patch(`/api/v1/bank-accounts/${pair.savings.id}/`, { link_aliases: ['Nest Egg'] }).expect(200);
  expect(await linkTransactions(services, pair.checking.id)).toBe(0);
  expect(await relink(services, pair.checking.id)).toEqual([{ account: pair.checking.id, linked: 1 }]);
  expect(await linkOf(pair.user, out)).not.toBeNull();
});

test('the search runs in the background: woken by a new transaction, or by the sweep when the wake-up was lost', async () => {
  const pair = await twoAccounts();
  const runJobs = () => runOnce({ pgPool: server.db.pool, taskList: linkingTasks(services, server.app.log), noHandleSignals: true, logger: SILENT });
  const [woken] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
  await server.linker.settled();
  await runJobs();
  expect(await linkOf(pair.user, woken)).not.toBeNull();

  const [lost] = await transfer(pair, { raw_description: 'TO RAINY DAY' }, {});
  await server.linker.settled();
  await server.db.pool.query("SELECT graphile_worker.remove_job(key) FROM graphile_worker.jobs WHERE task_identifier = 'link-transactions'");
  await runJobs();
  expect(await linkOf(pair.user, lost)).toBeNull();
  await enqueueLinking(server.db);
  await runJobs();
  expect(await linkOf(pair.user, lost)).not.toBeNull();
});
