import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, test } from 'vitest';

import { makeThrowAwayFolder } from '../../src/embedded-postgres/throw-away-folder.ts';
import { query } from '../../src/db/database.ts';
import { useServer } from '../support/app.ts';
import { createBankAccount, createTransaction, createUser, type TestBankAccount } from '../support/factories.ts';
import { runCommandLine, type CommandResult } from '../support/processes.ts';

const server = useServer();
let account: TestBankAccount;
beforeAll(async () => {
  const user = await createUser(server);
  account = await createBankAccount(server, user);
  await createTransaction(user, account);
});

/** Runs `mibudge …` beside the server, on its database. */
function mibudge(...parameters: string[]): Promise<CommandResult> {
  return runCommandLine(parameters, { DATABASE_URL: server.config.databaseUrl ?? '', MIBUDGE_DATA_DIR: server.config.dataDirectory });
}

describe('verify-balances and recompute-balances', () => {
  test('verify, name what is wrong with exit code 1, repair it, and are content again', async () => {
    expect(await mibudge('verify-balances')).toEqual({ code: 0, stderr: '', stdout: '✓ 1 account with 1 transaction: every balance is right.\n' });
    await server.db.rows(query('UPDATE bank_accounts SET posted_balance = 12 WHERE id = $1'), [account.id]);

    const wrong = await mibudge('verify-balances', '--account', account.id, '--json');
    expect(wrong.code).toBe(1);
    const place = { budget: null, transaction: null, internal_transaction: null, entry: null };
    expect(JSON.parse(wrong.stdout)).toEqual({
      accounts: 1,
      transactions: 1,
      differences: [{ bank_account: account.id, check: 'posted_balance', ...place, expected: '-10.0000', stored: '12.0000' }],
      ended_early: false,
    });
    expect((await mibudge('verify-balances')).stdout).toContain(`posted_balance: expected -10.0000, stored 12.0000 (account ${account.id})`);

    const repaired = await mibudge('recompute-balances', '--json');
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.stdout)).toEqual({
      accounts: 1,
      corrected: [{ bank_account: account.id, transactions: 0, entries: 0, counts: 0, values: [{ budget: null, field: 'posted_balance', before: '12.0000', after: '-10.0000' }] }],
      remaining_differences: [],
    });
    expect(await mibudge('verify-balances', '--json')).toMatchObject({ code: 0 });
  });

  test.each([
    [['verify-balances', '--account', '0199f3a0-5c1e-7000-8000-000000000001'], 'mibudge: There is no bank account 0199f3a0-5c1e-7000-8000-000000000001.\n'],
    [['recompute-balances', '--account', '0199f3a0-5c1e-7000-8000-000000000001'], 'mibudge: There is no bank account 0199f3a0-5c1e-7000-8000-000000000001.\n'],
    [['verify-balances', '--account', 'checking'], 'It must be an id, such as'],
  ])('%s is refused in one line', async (parameters, message) => {
    const { code, stdout, stderr } = await mibudge(...parameters);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});

describe('mibudge', () => {
  test('says in one line that the database cannot be reached', async () => {
    const { code, stderr } = await runCommandLine(['verify-balances'], {
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
      MIBUDGE_DATA_DIR: server.config.dataDirectory,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^mibudge: The database cannot be reached.*ECONNREFUSED.*\n$/);
  });

  test('says in one line which variable is wrong', async () => {
    const { code, stderr } = await runCommandLine(['verify-balances'], { PORT: 'eighty', MIBUDGE_DATA_DIR: server.config.dataDirectory });
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'mibudge: PORT must be a port from 0 (any free one) to 65535\n' });
  });

  test('has help on every command, and names those it does not know', async () => {
    const { stdout } = await mibudge('--help');
    const commands = [...stdout.matchAll(/^ {2}([a-z][a-z-]+)/gm)].map((match) => match[1] ?? '').filter((name) => name !== 'help');
    expect(commands).toContain('verify-balances');
    const helps = await Promise.all(commands.map((command) => mibudge(command, '--help')));
    expect(helps.map((help) => help.code)).toEqual(commands.map(() => 0));
    for (const [index, command] of commands.entries()) expect(helps[index]?.stdout).toContain(`Usage: mibudge ${command}`);
    expect(await mibudge('verify-balance')).toMatchObject({ code: 1, stderr: expect.stringContaining("unknown command 'verify-balance'") as string });
  });

  test('works alone on an empty data folder, with a Postgres that it starts and stops', async () => {
    const folder = await makeThrowAwayFolder();
    try {
      const alone = await runCommandLine(['verify-balances'], { MIBUDGE_DATA_DIR: folder.path });
      expect(alone).toEqual({ code: 0, stderr: '', stdout: '✓ 0 accounts with 0 transactions: every balance is right.\n' });
      await expect(promisify(execFile)('test', ['-e', `${folder.path}/postgres/cluster/postmaster.pid`])).rejects.toMatchObject({ code: 1 });
    } finally {
      await folder.remove();
    }
  });
});
