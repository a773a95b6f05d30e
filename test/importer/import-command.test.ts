import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { importCommand } from '../../src/cli/import.ts';
import { useServer } from '../support/app.ts';
import { createBank, createUser } from '../support/factories.ts';

const server = useServer();
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/statements/savings.ofx', import.meta.url));

/** What a command printed, and its exit code. */
interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `mibudge import` as a process of its own, with nothing of this one's environment but what finds programs. */
async function runImport(environment: Record<string, string>, ...parameters: string[]): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'mibudge-import-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  try {
    const output = await promisify(execFile)(process.execPath, [MAIN, 'import', ...parameters], { cwd: directory, env: { PATH: process.env['PATH'] ?? '', ...environment } });
    return { code: 0, ...output };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !('stdout' in error) || !('stderr' in error)) throw error;
    return { code: Number(error.code), stdout: String(error.stdout), stderr: String(error.stderr) };
  }
}

/** The environment of a new user of the test's server. */
async function newLogin(): Promise<Record<string, string>> {
  const { username, password } = await createUser(server);
  const address = server.app.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return { MIBUDGE_URL: `http://127.0.0.1:${address.port}`, MIBUDGE_USERNAME: username, MIBUDGE_PASSWORD: password };
}

test('mibudge import makes an account, brings nothing twice, and exits 0', async () => {
  const login = await newLogin();
  const bank = await createBank(server);
  const first = await runImport(login, EXAMPLE, '--create-account', '--name', 'Nest egg', '--bank', bank.name);
  expect(first).toEqual({ code: 0, stderr: '', stdout: '✓ Nest egg (new account): 4 new, 0 already there, through 2026-11-13; balance 4763.10 USD, as the bank says.\n' });
  const second = await runImport(login, EXAMPLE, '--json');
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(second.stdout)).toMatchObject([{ accountName: 'Nest egg', transactionsCreated: 0, transactionsSkipped: 4, difference: '0.00' }]);
});

test('mibudge import exits 1 and says the difference when the balance is not what the bank says', async () => {
  const login = await newLogin();
  const bank = await createBank(server);
  const directory = await mkdtemp(join(tmpdir(), 'mibudge-import-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const statement = (ledger: string): string => `<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>7<ACCTTYPE>CHECKING</BANKACCTFROM><LEDGERBAL><BALAMT>${ledger}<DTASOF>20261102</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>`;
  await writeFile(join(directory, 'a.ofx'), statement('10.00'));
  await writeFile(join(directory, 'b.ofx'), statement('12.50'));
  await runImport(login, join(directory, 'a.ofx'), '--create-account', '--bank', bank.id);
  expect(await runImport(login, join(directory, 'b.ofx'))).toEqual({
    code: 1,
    stderr: '',
    stdout: '✗ Checking …7: 0 new, 0 already there, through 2026-11-02; the balance is 10.00 EUR, but the bank says 12.50: a difference of 2.50.\n',
  });
});

test.each<[string, Record<string, string>, string[], string]>([
  ['no file', {}, [], "missing required argument 'files'"],
  ['a file that is not there', { MIBUDGE_USERNAME: 'ada', MIBUDGE_PASSWORD: 'x' }, ['nothing.ofx'], 'nothing.ofx: it cannot be opened (ENOENT)'],
  ['a file of another format', { MIBUDGE_USERNAME: 'ada', MIBUDGE_PASSWORD: 'x' }, [MAIN], 'main.ts: it is in no known format'],
  ['no password', { MIBUDGE_USERNAME: 'ada' }, [EXAMPLE], 'MIBUDGE_PASSWORD must hold the password of ada'],
  ['options that exclude each other', {}, [EXAMPLE, '--account', 'x', '--create-account'], '--account and --create-account exclude each other'],
  ['a name without a new account', {}, [EXAMPLE, '--name', 'x'], '--name and --bank go with --create-account'],
])('mibudge import with %s is refused before any request', async (_what, environment, parameters, message) => {
  for (const name of ['MIBUDGE_URL', 'MIBUDGE_USERNAME', 'MIBUDGE_PASSWORD']) vi.stubEnv(name, environment[name] ?? '');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const command = importCommand().exitOverride().configureOutput({ writeErr: () => undefined });
  await expect(command.parseAsync(parameters, { from: 'user' })).rejects.toThrow(message);
});

test('mibudge import passes on why it may not log in, and that an account is not there', async () => {
  const login = await newLogin();
  expect(await runImport({ ...login, MIBUDGE_PASSWORD: 'wrong' }, EXAMPLE)).toMatchObject({ code: 1, stderr: 'mibudge: No active account found with the given credentials\n' });
  expect((await runImport(login, EXAMPLE)).stderr).toBe('mibudge: You have no account with the number 004417739036: choose one with --account, or make it with --create-account.\n');
});
