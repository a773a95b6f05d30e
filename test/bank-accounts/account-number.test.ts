import { expect, test } from 'vitest';

import { buildApp } from '../../src/main/app.ts';
import { buildServices } from '../../src/main/services.ts';
import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createUser } from '../support/factories.ts';
import { addOwner } from '../support/ledger.ts';

const OLD_KEY = 'old-key-old-key-old-key-old-key-old-key';
const NEW_KEY = 'new-key-new-key-new-key-new-key-new-key';
const server = useServer({ MIBUDGE_ENCRYPTION_KEYS: OLD_KEY });

const PATH = '/api/v1/bank-accounts/';
const TAKEN = { account_number: ['An account with this number at this bank already exists.'] };
const findStored = query<{ row: string }>('SELECT a::text AS row FROM bank_accounts a WHERE id = $1');

test('an account number is encrypted at rest and shown to owners', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { account_number: ' 000987651234 ' });
  expect(account).toMatchObject({ account_number: '000987651234' });
  const stored = await server.db.row(findStored, [account.id]);
  expect(stored?.row).not.toContain('98765');
});

test('an account number is unique among the accounts of one owner at one bank, and only there', async () => {
  const [user, stranger] = [await createUser(server), await createUser(server)];
  const bank = await createBank(server);
  const fields = { name: 'Account', bank: bank.id, account_number: '1111222233334444' };
  expect((await user.http.post(PATH, fields)).status).toBe(201);
  const again = await user.http.post(PATH, fields);
  expect([again.status, again.body]).toEqual([400, TAKEN]);
  expect((await stranger.http.post(PATH, fields)).status).toBe(201);
  expect((await user.http.post(PATH, { ...fields, bank: (await createBank(server)).id })).status).toBe(201);
  expect((await user.http.post(PATH, { ...fields, account_number: null })).status).toBe(201);
  expect((await user.http.post(PATH, { ...fields, account_number: '' })).status).toBe(201);
});

test("a co-owner's accounts count, too", async () => {
  const [user, partner] = [await createUser(server), await createUser(server)];
  const bank = await createBank(server);
  await createBankAccount(server, partner, { bank: bank.id, account_number: '77' });
  const shared = await createBankAccount(server, user, { bank: bank.id });
  await addOwner(server, shared, partner);
  const response = await user.http.patch(`${PATH}${shared.id}/`, { account_number: '77' });
  expect([response.status, response.body]).toEqual([400, TAKEN]);
});

test('of concurrent creations with one number exactly one succeeds', async () => {
  const user = await createUser(server);
  const bank = await createBank(server);
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, index) => user.http.post(PATH, { name: `Racer ${index}`, bank: bank.id, account_number: '4242' })),
  );
  expect(responses.map((response) => response.status).sort()).toEqual([201, 400, 400, 400, 400, 400, 400, 400]);
  expect((await user.http.get(PATH)).body).toMatchObject({ count: 1 });
});

test('of concurrent changes to one number exactly one succeeds', async () => {
  const user = await createUser(server);
  const bank = await createBank(server);
  const accounts = await Promise.all(Array.from({ length: 4 }, () => createBankAccount(server, user, { bank: bank.id })));
  const responses = await Promise.all(accounts.map((account) => user.http.patch(`${PATH}${account.id}/`, { account_number: '4343' })));
  expect(responses.map((response) => response.status).sort()).toEqual([200, 400, 400, 400]);
});

test('a number changes, stays when it is absent or the same, and is cleared by null or empty text', async () => {
  const user = await createUser(server);
  const account = await createBankAccount(server, user, { account_number: '1' });
  const path = `${PATH}${account.id}/`;
  const numberAfter = async (changes: object): Promise<unknown> => {
    const response = await user.http.patch(path, changes);
    return (response.body as { account_number: unknown }).account_number;
  };
  expect(await numberAfter({ account_number: '2' })).toBe('2');
  expect(await numberAfter({ name: 'Renamed' })).toBe('2');
  expect(await numberAfter({ account_number: '2' })).toBe('2');
  expect(await numberAfter({ account_number: null })).toBeNull();
  expect(await numberAfter({ account_number: '3' })).toBe('3');
  expect(await numberAfter({ account_number: '' })).toBeNull();
});

test('after a rotation of keys old numbers are readable and still taken', async () => {
  const user = await createUser(server);
  const bank = await createBank(server);
  const account = await createBankAccount(server, user, { bank: bank.id, account_number: '5555' });
  const rotated = await buildApp(buildServices({ ...server, config: { ...server.config, encryptionKeys: [NEW_KEY, OLD_KEY] } }, server.app.log), server.app.log);
  try {
    const headers = { authorization: `Bearer ${user.token}` };
    const shown = await rotated.inject({ method: 'GET', url: `${PATH}${account.id}/`, headers });
    expect(shown.json()).toMatchObject({ account_number: '5555' });
    const payload = { name: 'Twin', bank: bank.id, account_number: '5555' };
    const refused = await rotated.inject({ method: 'POST', url: PATH, headers, payload });
    expect([refused.statusCode, refused.json()]).toEqual([400, TAKEN]);
    const other = await rotated.inject({ method: 'POST', url: PATH, headers, payload: { ...payload, account_number: '6666' } });
    expect(other.statusCode).toBe(201);
  } finally {
    await rotated.close();
  }
});
