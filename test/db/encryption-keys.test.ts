import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { ConfigError } from '../../src/config.ts';
import { Database, query } from '../../src/db/database.ts';
import { ENCRYPTED_COLUMNS } from '../../src/encryption-keys/encrypted-columns.ts';
import { isUnavailable } from '../../src/db/failures.ts';
import { reEncrypt } from '../../src/encryption-keys/re-encrypt.ts';
import { Mutations } from '../../src/mutations/mutate.ts';
import { inTransaction } from '../../src/mutations/transaction.ts';
import { createLog } from '../../src/log.ts';
import { buildApp } from '../../src/main/app.ts';
import { buildServices } from '../../src/main/services.ts';
import { startServer } from '../../src/main/start-server.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createUser, type TestUser } from '../support/factories.ts';

const OLD_KEY = 'old-'.repeat(10);
const NEW_KEY = 'new-'.repeat(10);
const server = useServer({ MIBUDGE_ENCRYPTION_KEYS: OLD_KEY });
const PATH = '/api/v1/bank-accounts/';
const rotated = createFieldEncryption([NEW_KEY, OLD_KEY]);
const onlyNew = createFieldEncryption([NEW_KEY]);

/** Of the first format, under the old key: 12345678. */
const UNBOUND = 'v1.68fe35586d65f147.78--pV4JahNUNDa4.mGXUU8aPVQZ5Q17ERnyr58yPRUPyg41g';
const store = query<object>('UPDATE bank_accounts SET account_number_encrypted = $2, account_number_hash = $3 WHERE id = $1');
const lockAccount = query<object>('SELECT FROM bank_accounts WHERE id = $1 FOR UPDATE');

let impatient: Database;
let impatientMutations: Mutations;
let user: TestUser;
let bank: { id: string };

beforeAll(() => {
  impatient = new Database(server.config.databaseUrl ?? '', { lockTimeoutMilliseconds: 20 });
  impatientMutations = new Mutations({ db: impatient, clock: server.clock, makeHappen: () => Promise.resolve() });
});
afterAll(() => impatient.close());
beforeEach(async () => {
  await server.db.pool.query('UPDATE bank_accounts SET account_number_encrypted = NULL, account_number_hash = NULL');
  user = await createUser(server);
  bank = await createBank(server);
});

type App = Awaited<ReturnType<typeof buildApp>>;

/** Runs with servers on the same database that were given these keys. */
async function withServers(keys: string[][], work: (...apps: App[]) => Promise<void>): Promise<void> {
  const apps = await Promise.all(keys.map((encryptionKeys) => buildApp(buildServices({ ...server, config: { ...server.config, encryptionKeys } }, server.app.log), server.app.log)));
  try {
    await work(...apps);
  } finally {
    await Promise.all(apps.map((app) => app.close()));
  }
}

async function create(app: App | undefined, accountNumber: string): Promise<number | undefined> {
  const payload = { name: 'Account', bank: bank.id, account_number: accountNumber };
  return (await app?.inject({ method: 'POST', url: PATH, headers: { authorization: `Bearer ${user.token}` }, payload }))?.statusCode;
}

async function numbersShownBy(app: App | undefined): Promise<unknown> {
  const answer = await app?.inject({ method: 'GET', url: PATH, headers: { authorization: `Bearer ${user.token}` } });
  return answer?.json<{ results: { account_number: string }[] }>().results.map((account) => account.account_number).sort();
}

/** @returns what stops the start with these keys */
async function startFailure(encryptionKeys: string[]): Promise<unknown> {
  const config = { ...server.config, encryptionKeys, jobs: false, port: 0 };
  try {
    await (await startServer(config, { log: createLog(config) })).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

it('the server refuses to start, in one line that names the variable, as long as a key of stored values is missing', async () => {
  await createBankAccount(server, user, { bank: bank.id, account_number: '1' });
  const account = await createBankAccount(server, user, { bank: bank.id });
  await server.db.rows(store, [account.id, rotated.encrypt('2', { table: 'bank_accounts', column: 'account_number_encrypted' }, account.id), 'a hash']);
  for (const key of [OLD_KEY, NEW_KEY]) {
    const failure = await startFailure([key]);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toMatch(/^ConfigError: MIBUDGE_ENCRYPTION_KEYS .*account_number_encrypted.*$/);
    expect(String(failure)).not.toContain(key);
  }
  expect(await startFailure([OLD_KEY, NEW_KEY])).toBeUndefined();
});

it('mibudge keys re-encrypt moves values and their uniqueness to the first key, so that the old one can be dropped', async () => {
  for (const number of ['1', '2', '3']) await createBankAccount(server, user, { bank: bank.id, account_number: number });
  const unbound = await createBankAccount(server, user, { bank: bank.id });
  await server.db.rows(store, [unbound.id, UNBOUND, createFieldEncryption([OLD_KEY]).blindIndex('12345678').current]);
  const child = spawn(process.execPath, ['src/cli/main.ts', 'keys', 're-encrypt', '--json'], {
    env: { ...process.env, DATABASE_URL: server.config.databaseUrl, MIBUDGE_DATA_DIR: server.config.dataDirectory, MIBUDGE_ENCRYPTION_KEYS: `${NEW_KEY},${OLD_KEY}` },
  });
  const code = new Promise((resolve) => child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect([await code, errors]).toEqual([0, '']);
  expect(JSON.parse(output)).toEqual([{ table: 'bank_accounts', column: 'account_number_encrypted', moved: 4, unreadable: [] }]);
  expect(await startFailure([NEW_KEY])).toBeUndefined();
  await withServers([[NEW_KEY]], async (app) => {
    expect(await numbersShownBy(app)).toEqual(['1', '12345678', '2', '3']);
    expect([await create(app, '12345678'), await create(app, '3'), await create(app, '4')]).toEqual([400, 400, 201]);
  });
});

it('what was interrupted goes on where it stopped, past rows that somebody holds', async () => {
  const accounts: { id: string }[] = [];
  for (const number of ['1', '2', '3', '4', '5']) accounts.push(await createBankAccount(server, user, { bank: bank.id, account_number: number }));
  await inTransaction(server.db, async (tx) => {
    await tx.row(lockAccount, [accounts[2]?.id]);
    await expect(reEncrypt(impatientMutations, rotated, 2)).rejects.toSatisfy(isUnavailable);
  });
  expect(await reEncrypt(impatientMutations, rotated, 2)).toMatchObject([{ moved: 1, unreadable: [] }]);
  expect(await reEncrypt(impatientMutations, rotated, 2)).toMatchObject([{ moved: 0, unreadable: [] }]);
});

it('what no key decrypts is named and left as it is; all else is moved', async () => {
  const lost = await createBankAccount(server, user, { bank: bank.id, account_number: '1' });
  const kept = await createBankAccount(server, user, { bank: bank.id });
  await server.db.rows(store, [kept.id, UNBOUND, 'a hash']);
  await server.db.rows(store, [lost.id, UNBOUND.replace('v1.6', 'v1.7'), 'a hash']);
  expect(await reEncrypt(server.mutations, rotated)).toMatchObject([{ moved: 1, unreadable: [lost.id] }]);
  expect(await reEncrypt(server.mutations, onlyNew)).toMatchObject([{ moved: 0, unreadable: [lost.id] }]);
});

it('a number stays unique while servers write with two keys and all is being moved', async () => {
  await withServers([[OLD_KEY, NEW_KEY], [NEW_KEY, OLD_KEY]], async (old, young) => {
    for (let round = 0; round < 5; round += 1) {
      const number = `77${round}`;
      const creations = Promise.all(Array.from({ length: 6 }, (_, index) => create(index % 2 === 0 ? old : young, number)));
      const moves = Promise.all([reEncrypt(server.mutations, rotated, 1), reEncrypt(server.mutations, rotated, 1)]);
      expect((await creations).sort()).toEqual([201, 400, 400, 400, 400, 400]);
      await moves;
      expect([await create(old, number), await create(young, number)]).toEqual([400, 400]);
    }
    await reEncrypt(server.mutations, rotated);
    expect([await create(old, '770'), await create(young, '770')]).toEqual([400, 400]);
  });
});

it('every encrypted column of the database is declared, with an index that finds its keys', async () => {
  const columns = await server.db.pool.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE '%\\_encrypted'`,
  );
  expect(ENCRYPTED_COLUMNS.map(({ table, column }) => `${table}.${column}`)).toEqual(columns.rows.map(({ name }) => name));
  for (const { table, column } of ENCRYPTED_COLUMNS) {
    const indexes = await server.db.pool.query<{ indexdef: string }>('SELECT indexdef FROM pg_indexes WHERE tablename = $1', [table]);
    expect(indexes.rows.map(({ indexdef }) => indexdef)).toContainEqual(expect.stringContaining(`("left"(${column}, 20))`));
  }
});
