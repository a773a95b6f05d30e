import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { processEnvironment } from '../config.ts';
import { ApiClient } from '../client/api-client.ts';
import { ApiConnection } from '../client/api-connection.ts';
import { loadClientConfig } from '../client/client-config.ts';
import { importStatements, readBankFiles } from '../importer/import-files.ts';
import type { AccountImport, BankFile, ImportOptions, ImportProgress } from '../importer/import-files.ts';
import { StatementError } from '../statement-files/statement.ts';
import { printJson, printLine } from './output.ts';

interface ImportFlags {
  url?: string;
  username?: string;
  account?: string;
  createAccount?: true;
  name?: string;
  bank?: string;
  dryRun?: true;
  json?: true;
}

/**
 * `mibudge import FILE…`: an ordinary client of the REST API, which may run on another machine than the
 * server. Ends with exit code 1 when a file, an account or a balance is not right.
 */
export function importCommand(): Command {
  return new Command('import')
    .description('import bank files over the REST API; what is already there is skipped')
    .argument('<files...>', 'OFX or QFX files, of one or many accounts')
    .option('--url <url>', 'the server (MIBUDGE_URL, default http://127.0.0.1:8000)')
    .option('--username <username>', 'the user who imports (MIBUDGE_USERNAME); the password is read from MIBUDGE_PASSWORD')
    .option('--account <account>', "the account's id, name or number, instead of the number in the files")
    .option('--create-account', 'make the account when there is none with that number')
    .option('--name <name>', 'what the new account is called')
    .option('--bank <bank>', "the new account's bank, its id or name")
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--json', 'print the result as JSON')
    .action(runImport);
}

async function runImport(files: string[], flags: ImportFlags, command: Command): Promise<void> {
  if (flags.account !== undefined && flags.createAccount === true) command.error('error: --account and --create-account exclude each other');
  if (flags.createAccount === undefined && (flags.name !== undefined || flags.bank !== undefined)) command.error('error: --name and --bank go with --create-account');
  const config = loadClientConfig(processEnvironment(), flags);
  const statements = readBankFiles(await Promise.all(files.map(readBankFile)));
  const imports = await importStatements(new ApiClient(new ApiConnection(config)), statements, importOptions(flags));
  if (flags.json === true) printJson(imports);
  else for (const result of imports) printLine(describeImport(result, flags.dryRun === true));
  if (imports.some(isWrong)) process.exitCode = 1;
}

async function readBankFile(path: string): Promise<BankFile> {
  try {
    return { name: basename(path), bytes: await readFile(path) };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new StatementError(`${path}: it cannot be opened (${reason})`, { cause: error });
  }
}

function importOptions(flags: ImportFlags): ImportOptions {
  return {
    ...(flags.account === undefined ? {} : { account: flags.account }),
    ...(flags.createAccount === undefined
      ? {}
      : { createAccount: { ...(flags.name === undefined ? {} : { name: flags.name }), ...(flags.bank === undefined ? {} : { bank: flags.bank }) } }),
    ...(flags.dryRun === undefined ? {} : { dryRun: true }),
    // A line that rewrites itself is for people; logs get the result only.
    ...(process.stderr.isTTY ? { onProgress: showProgress } : {}),
  };
}

function showProgress({ accountName, done, total }: ImportProgress): void {
  if (total === 0) return;
  process.stderr.write(`\r${accountName}: ${done} of ${total}${done === total ? '\n' : ''}`);
}

function isWrong({ difference }: AccountImport): boolean {
  return difference !== null && /[1-9]/.test(difference);
}

function describeImport(result: AccountImport, dryRun: boolean): string {
  const { accountName, currency, ledgerBalance, postedBalance, transactionsCreated, transactionsSkipped } = result;
  const account = result.accountCreated ? `${accountName} (new account)` : accountName;
  const counts = `${transactionsCreated} ${dryRun ? 'would be new' : 'new'}, ${transactionsSkipped} already there`;
  const through = result.lastPostedThrough === null ? '' : `, through ${result.lastPostedThrough}`;
  if (ledgerBalance === null) return `✓ ${account}: ${counts}${through}; balance ${postedBalance} ${currency}, which the file does not tell.`;
  if (!isWrong(result)) return `✓ ${account}: ${counts}${through}; balance ${postedBalance} ${currency}, as the bank says.`;
  return `✗ ${account}: ${counts}${through}; the balance is ${postedBalance} ${currency}, but the bank says ${ledgerBalance}: a difference of ${result.difference ?? ''}.`;
}
