import { expect, test } from 'vitest';

import { query } from '../../../src/db/database.ts';
import { fundAllAccounts, type FundingOutcome } from '../../../src/funding/fund-all-accounts.ts';
import { useServer } from '../../support/app.ts';
import { expectSoundLedger } from '../../support/ledger.ts';
import { runCommandLine, type CommandResult } from '../../support/processes.ts';
import { createFundedAccount, fundedState, fundOn, mutationsOn } from './funded-account.ts';

const server = useServer();

function mibudge(...parameters: string[]): Promise<CommandResult> {
  return runCommandLine(parameters, { DATABASE_URL: server.config.databaseUrl ?? '', MIBUDGE_DATA_DIR: server.config.dataDirectory });
}

const breakSchedule = query<object>(`UPDATE budgets SET funding_schedule = 'RRULE:FREQ=SOMETIMES' WHERE bank_account_id = $1 AND NOT is_unallocated`);
const removeAccount = query<object>('DELETE FROM bank_accounts WHERE id = $1');
const AS_OF = '2027-01-31';

test('a dry run reports what the run then does, and writes nothing', async () => {
  const account = await createFundedAccount(server);
  const parameters = ['fund', '--account', account.id, '--date', AS_OF, '--json'];
  const before = await fundedState(server, account);
  const dry = await mibudge(...parameters, '--dry-run');
  expect(await fundedState(server, account)).toEqual(before);
  await expectSoundLedger(server);
  const lines = (await mibudge('fund', '--account', account.id, '--date', '2026-11-28', '--dry-run')).stdout.split('\n');
  expect(lines[0]).toBe(`${account.name} (${account.id}) through 2026-11-28: 4 transfers, rolled back`);
  expect(lines).toEqual(expect.arrayContaining(['  2026-11-27 funding of Food: 50.00', '  2026-11-28 recurrence of Rent: 150.00 of 500.00', '  paused, skipped: Paused']));
  const real = await mibudge(...parameters);
  expect([dry.code, dry.stderr, real.code, real.stderr]).toEqual([0, '', 0, '']);
  const withoutIds = (text: string): unknown => JSON.parse(text.replaceAll(/("internal_transaction": )"[^"]+"/g, '$1"an id"'));
  expect(withoutIds(dry.stdout)).toEqual(withoutIds(real.stdout));
  expect(withoutIds(real.stdout)).toMatchObject([{ account: account.id, as_of: AS_OF, skipped_budgets: ['Paused'] }]);
  expect((await fundedState(server, account)).transfers.length).toBeGreaterThan(20);
  await expectSoundLedger(server);
});

test('all accounts are funded, each reported once; one that fails is named, does not stop the others, and makes the exit code 1', async () => {
  const accounts = [await createFundedAccount(server), await createFundedAccount(server), await createFundedAccount(server, { budgets: [] })];
  const poisoned = await createFundedAccount(server);
  await server.db.rows(breakSchedule, [poisoned.id]);
  const result = await mibudge('fund', '--date', AS_OF, '--json');
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(new RegExp(`^mibudge: account ${poisoned.id} could not be funded: .*\n$`));
  const reports = JSON.parse(result.stdout) as { account: string; transfers: number }[];
  const byAccount = new Map(reports.map((report) => [report.account, report.transfers]));
  expect(byAccount.size).toBe(reports.length);
  expect(accounts.map(({ id }) => (byAccount.get(id) ?? 0) > 0)).toEqual([true, true, false]);
  expect(byAccount.has(poisoned.id)).toBe(false);
  await server.db.rows(removeAccount, [poisoned.id]);
  const readable = await mibudge('fund', '--date', AS_OF);
  expect(readable).toMatchObject({ code: 0, stderr: '' });
  expect(readable.stdout).toContain(`${accounts[0]?.name ?? ''} (${accounts[0]?.id ?? ''}) through ${AS_OF}: 0 transfers\n`);
  await expectSoundLedger(server);
});

test.each([
  [['--account', '0199f3a0-5c1e-7000-8000-000000000001'], 'There is no bank account 0199f3a0-5c1e-7000-8000-000000000001.'],
  [['--account', 'checking'], 'It must be an id'],
  [['--date', '2027-02-30'], 'It must be a date, YYYY-MM-DD.'],
])('fund %j is refused', async (parameters, message) => {
  const result = await mibudge('fund', ...parameters);
  expect(result.code).toBe(1);
  expect(result.stderr).toContain(message);
});

test('accounts with nothing due are passed over with one read for all of them: no transaction, no lock', async () => {
  const accounts = await Promise.all(Array.from({ length: 8 }, () => createFundedAccount(server)));
  const doors = { db: server.db, mutations: mutationsOn(server.db, server) };
  for await (const { account } of fundAllAccounts(doors, { now: server.clock.now() })) expect(account).toBeDefined();
  server.statements.length = 0;
  const outcomes: FundingOutcome[] = [];
  for await (const outcome of fundAllAccounts(doors, { now: server.clock.now() })) outcomes.push(outcome);
  expect(outcomes.length).toBeGreaterThanOrEqual(accounts.length);
  // Two pages of ids, the second of them empty, and the accounts' calendars.
  expect(server.statements).toHaveLength(3);
  const [account] = accounts;
  if (!account) throw new Error('there is an account');
  expect(outcomes).toContainEqual({ account: account.id, report: await fundOn(server.db, server, account) });
});
