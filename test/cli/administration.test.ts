import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { changeOwners } from '../../src/bank-accounts/account-owners.ts';
import { createFieldEncryption } from '../../src/security/field-encryption.ts';
import { useServer } from '../support/app.ts';
import { createBank, createBankAccount, createUser, HttpClient } from '../support/factories.ts';

const server = useServer();
const http = new HttpClient(server);
const PASSWORD = 'correct horse battery';

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `mibudge` beside the server, on its database. */
async function mibudge(commandLine: string[], input = ''): Promise<Outcome> {
  const child = spawn(process.execPath, ['src/cli/main.ts', ...commandLine], {
    env: { ...process.env, DATABASE_URL: server.config.databaseUrl, MIBUDGE_DATA_DIR: server.config.dataDirectory },
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

function json(outcome: Outcome): unknown {
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(outcome.stdout);
}

async function logInStatus(username: string, password: string): Promise<number> {
  return (await http.post('/api/token/', { username, password })).status;
}

describe('mibudge user', () => {
  it('creates users who can log in, lists them, changes passwords and locks out', async () => {
    const created = json(await mibudge(['user', 'create', 'alice', '--password-stdin', '--staff', '--name', 'Alice', '--timezone', 'Europe/Berlin', '--json'], `${PASSWORD}\n`));
    expect(created).toEqual({ id: expect.any(Number) as number, username: 'alice', name: 'Alice', timezone: 'Europe/Berlin', is_staff: true, is_active: true });
    expect(await logInStatus('alice', PASSWORD)).toBe(200);

    expect(await mibudge(['user', 'set-password', 'alice', '--password', 'another good password'])).toMatchObject({ code: 0 });
    expect([await logInStatus('alice', PASSWORD), await logInStatus('alice', 'another good password')]).toEqual([401, 200]);

    expect(await mibudge(['user', 'deactivate', 'alice'])).toMatchObject({ code: 0 });
    expect(await logInStatus('alice', 'another good password')).toBe(401);
    expect(json(await mibudge(['user', 'list', '--json']))).toEqual([{ ...(created as object), is_active: false }]);
    expect((await mibudge(['user', 'list'])).stdout).toMatch(/alice.*Alice.*Europe\/Berlin.*staff, deactivated/);
  });

  it.each([
    [['create', 'me', '--password', PASSWORD], 'username: This username is reserved.'],
    [['create', 'bob'], 'a password is needed'],
    [['create', 'bob', '--password', 'x', '--password-stdin'], 'cannot be used with'],
    [['deactivate', 'funding-system'], 'There is no user "funding-system".'],
  ])('refuses %j in one line and changes nothing', async (commandLine, message) => {
    const outcome = await mibudge(['user', ...commandLine]);
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toMatch(/^ +at /m);
    expect(await server.db.prisma.user.count({ where: { username: { in: ['bob', 'me', 'nobody'] } } })).toBe(0);
  });
});

it('mibudge bank creates banks and lists them by name', async () => {
  const second = await createBank(server, { name: 'Second Bank' });
  const first = json(await mibudge(['bank', 'create', 'First Bank', '--routing-number', '021000021', '--currency', 'eur', '--json']));
  expect(first).toMatchObject({ name: 'First Bank', routing_number: '021000021', default_currency: 'EUR' });
  expect(json(await mibudge(['bank', 'list', '--json']))).toEqual([first, expect.objectContaining({ id: second.id, name: 'Second Bank', routing_number: null })]);
});

describe('mibudge account', () => {
  it('lists accounts, and adds and takes away owners, but never the last one', async () => {
    const [alice, bob] = [await createUser(server), await createUser(server)];
    const account = await createBankAccount(server, alice, { name: 'Checking', posted_balance: '12.30' });
    const listed = json(await mibudge(['account', 'list', '--json']));
    expect(listed).toContainEqual(expect.objectContaining({ id: account.id, name: 'Checking', owners: [alice.username], available_balance: '12.30' }));

    const [add, remove] = [['--add', bob.username], ['--remove', alice.username]];
    expect(json(await mibudge(['account', 'owners', account.id, ...add, ...remove, '--json']))).toEqual([bob.username]);
    expect((await bob.http.get(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(200);
    expect((await alice.http.get(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(404);

    const refused = await mibudge(['account', 'owners', account.id, '--remove', bob.username]);
    expect([refused.code, refused.stderr]).toEqual([1, 'mibudge: The last owner stays: add another one first, or in the same command.\n']);
    expect((await bob.http.get(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(200);
  });

  it('gives no owner two accounts with one number at one bank', async () => {
    const [alice, bob] = [await createUser(server), await createUser(server)];
    const bank = await createBank(server);
    const fields = { bank: bank.id, account_number: '12345678' };
    const account = await createBankAccount(server, alice, fields);
    await createBankAccount(server, bob, fields);
    const encryption = createFieldEncryption(server.config.encryptionKeys);
    await expect(server.mutations.run((tx, now) => changeOwners(tx, { bankAccount: account.id, add: bob.username }, now, encryption))).rejects.toThrow('accountNumber: ');
    expect((await bob.http.get(`/api/v1/bank-accounts/${account.id}/`)).status).toBe(404);
  });

  it('says which account or user there is not', async () => {
    const missing = '0199f3a0-5c1e-7000-8000-000000000001';
    expect((await mibudge(['account', 'owners', missing])).stderr).toBe(`mibudge: There is no bank account ${missing}.\n`);
  });
});
