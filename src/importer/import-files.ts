import { addDays } from '../dates.ts';
import type { CalendarDate } from '../dates.ts';
import { Decimal, formatMoney } from '../money.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { ApiBankAccount } from '../client/api-types.ts';
import { createAccount, defaultAccountName, findAccount, ImportError, openingBalance, sumOf } from './import-account.ts';
import type { NewAccountOptions } from './import-account.ts';
import { dayOf, loadMissing, postTransactions } from './import-transactions.ts';
import { coveredThrough, latest, mergeStatements } from './merge-statements.ts';
import { readStatements } from '../statement-files/read-statements.ts';
import type { Statement } from '../statement-files/statement.ts';

/** A bank file as it lies on the disk. */
export interface BankFile {
  name: string;
  bytes: Uint8Array;
}

/** How far the transactions of one account are posted. */
export interface ImportProgress {
  accountName: string;
  done: number;
  total: number;
}

export interface ImportOptions {
  /** Import into this account (id, name or number) instead of the one with the statement's number. */
  account?: string;
  /** Make the accounts that are not there yet. */
  createAccount?: NewAccountOptions;
  /** Read and compare only, change nothing. */
  dryRun?: boolean;
  /** Whether to report the import to the server, after which it funds the budgets. Default: yes. */
  markImported?: boolean;
  onProgress?: (progress: ImportProgress) => void;
}

/** What an import did, or in a dry run would do, to one account. Amounts are decimal text in `currency`. */
export interface AccountImport {
  /** Null for an account that a dry run would make. */
  accountId: string | null;
  accountName: string;
  accountNumber: string;
  accountCreated: boolean;
  currency: string;
  transactionsCreated: number;
  transactionsSkipped: number;
  lastPostedThrough: CalendarDate | null;
  /** The server's balance on the day of the statement's. */
  postedBalance: string;
  /** What the bank says it is; null when the statement does not tell. */
  ledgerBalance: string | null;
  /** Ledger less posted balance; zero when the import is right, null when the statement does not tell. */
  difference: string | null;
}

/**
 * Reads bank files as a whole, before any request is made.
 * @returns one statement per account.
 * @throws StatementError that names the first file that cannot be read.
 */
export function readBankFiles(files: readonly BankFile[]): Statement[] {
  return mergeStatements(files.flatMap(({ name, bytes }) => readStatements(name, bytes)));
}

/**
 * Imports statements, one per account, as an ordinary client of the API. What is already there is skipped, so doing it
 * again is safe, also after an import that broke off.
 * @throws ImportError when an account is not clear, before anything is changed; ApiError when the server refuses.
 */
export async function importStatements(client: ApiClient, statements: readonly Statement[], options: ImportOptions = {}): Promise<AccountImport[]> {
  if (options.account !== undefined && statements.length > 1) {
    throw new ImportError(`--account takes statements of one account, the files hold those of ${statements.length}: ${statements.map(({ accountNumber }) => accountNumber).join(', ')}.`);
  }
  const { timezone } = await client.me();
  const accounts = await client.bankAccounts();
  const targets = statements.map((statement) => ({ statement, account: findAccount(accounts, statement, options.account) }));
  const unknown = targets.filter(({ account }) => account === undefined).map(({ statement }) => statement.accountNumber);
  if (unknown.length > 0 && options.createAccount === undefined) {
    throw new ImportError(`You have no account with the number ${unknown.join(', ')}: choose one with --account, or make it with --create-account.`);
  }
  if (unknown.length > 1 && options.createAccount?.name !== undefined) {
    throw new ImportError(`--name can name one new account, the files hold ${unknown.length} (${unknown.join(', ')}): import them one by one, or leave --name out.`);
  }
  const imports: AccountImport[] = [];
  for (const { statement, account } of targets) {
    imports.push(await (options.dryRun === true ? rehearse : importStatement)(client, statement, account, timezone, options));
  }
  return imports;
}

async function importStatement(client: ApiClient, statement: Statement, found: ApiBankAccount | undefined, timezone: string, options: ImportOptions): Promise<AccountImport> {
  const account = found ?? (await createAccount(client, statement, options.createAccount ?? {}));
  const comparison = await loadMissing(client, account.id, statement, timezone);
  const total = comparison.missing.length;
  const onPosted = (done: number): void => options.onProgress?.({ accountName: account.name, done, total });
  onPosted(0);
  await postTransactions(client, account.id, comparison, timezone, onPosted);
  const through = coveredThrough(statement);
  if (through !== undefined && options.markImported !== false) await client.markImported(account.id, through);
  const posted = await postedBalanceOnDay(client, await client.bankAccount(account.id), statement, timezone);
  return summarize(statement, { id: account.id, name: account.name, created: found === undefined }, total, posted);
}

async function rehearse(client: ApiClient, statement: Statement, account: ApiBankAccount | undefined, timezone: string, options: ImportOptions): Promise<AccountImport> {
  if (account === undefined) {
    const name = options.createAccount?.name ?? defaultAccountName(statement);
    const posted = new Decimal(openingBalance(statement)).plus(sumOf(statement.transactions));
    return summarize(statement, { id: null, name, created: true }, statement.transactions.length, posted);
  }
  const { missing } = await loadMissing(client, account.id, statement, timezone);
  const posted = (await postedBalanceOnDay(client, account, statement, timezone)).plus(sumOf(missing));
  return summarize(statement, { id: account.id, name: account.name, created: false }, missing.length, posted);
}

/**
 * The posted balance on the day of a statement's: what was posted later, by an earlier import of a newer
 * statement, is no part of it.
 */
async function postedBalanceOnDay(client: ApiClient, account: ApiBankAccount, statement: Statement, timezone: string): Promise<Decimal> {
  const end = latest([statement.ledgerBalance?.asOf, ...statement.transactions.map((transaction) => dayOf(transaction, timezone))]);
  const later = end === undefined ? [] : await client.transactions(account.id, { from: addDays(end, 1) });
  return new Decimal(account.posted_balance).minus(sumOf(later.filter(({ pending }) => !pending)));
}

function summarize(statement: Statement, account: { id: string | null; name: string; created: boolean }, missing: number, posted: Decimal): AccountImport {
  const { currency, ledgerBalance, transactions } = statement;
  return {
    accountId: account.id,
    accountName: account.name,
    accountNumber: statement.accountNumber,
    accountCreated: account.created,
    currency,
    transactionsCreated: missing,
    transactionsSkipped: transactions.length - missing,
    lastPostedThrough: coveredThrough(statement) ?? null,
    postedBalance: formatMoney(posted, currency),
    ledgerBalance: ledgerBalance === undefined ? null : formatMoney(new Decimal(ledgerBalance.amount), currency),
    difference: ledgerBalance === undefined ? null : formatMoney(new Decimal(ledgerBalance.amount).minus(posted), currency),
  };
}
