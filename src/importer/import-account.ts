import { Decimal, ZERO } from '../money.ts';
import type { ApiClient } from '../client/api-client.ts';
import { isTransient } from '../client/api-connection.ts';
import type { ApiBankAccount } from '../client/api-types.ts';
import { normalizeAccountNumber } from './merge-statements.ts';
import type { AccountType, Statement } from '../statement-files/statement.ts';

/** An import that cannot go on. The message says what the person can do about it. */
export class ImportError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImportError';
  }
}

/** How an account that is not there yet is to be made. */
export interface NewAccountOptions {
  /** Absent: its kind and the end of its number. */
  name?: string;
  /** A bank's id or name; absent: the only bank that there is. */
  bank?: string;
}

const TYPE_NAMES: Record<AccountType, string> = { C: 'Checking', S: 'Savings', X: 'Card' };
const MAXIMUM_ACCOUNT_NUMBER_LENGTH = 32;

/**
 * Finds the account that a statement belongs to.
 * @param accounts all that the user owns.
 * @param wanted what the person asked for instead of the account with the statement's number: an id, a
 *   name or a number.
 * @returns undefined when there is none with the statement's number.
 * @throws ImportError when the choice is not clear, or the account has another currency.
 */
export function findAccount(accounts: readonly ApiBankAccount[], statement: Statement, wanted?: string): ApiBankAccount | undefined {
  const number = normalizeAccountNumber(wanted ?? statement.accountNumber);
  const byNumber = accounts.filter((account) => normalizeAccountNumber(account.account_number ?? '') === number);
  const found = wanted === undefined ? byNumber : accounts.filter((account) => account.id === wanted || account.name === wanted || byNumber.includes(account));
  const [account] = found;
  if (found.length > 1) throw new ImportError(`${found.length} accounts match ${wanted ?? statement.accountNumber}: choose one with --account and its id (${found.map(({ id }) => id).join(', ')}).`);
  if (account === undefined && wanted !== undefined) throw new ImportError(`You have no account with the id, name or number ${wanted}.`);
  if (account !== undefined && account.currency !== statement.currency) {
    throw new ImportError(`The statement of ${statement.accountNumber} is in ${statement.currency}, but the account ${account.name} is in ${account.currency}.`);
  }
  return account;
}

/**
 * The balance that an account had before the first transaction of its statement: the ledger balance less all
 * transactions, 0 when the statement tells no balance. A card's debt is negative.
 * @returns exact decimal text.
 */
export function openingBalance(statement: Statement): string {
  if (statement.ledgerBalance === undefined) return '0';
  return new Decimal(statement.ledgerBalance.amount).minus(sumOf(statement.transactions)).toFixed();
}

/** The exact sum of some amounts. */
export function sumOf(items: readonly { amount: string }[]): Decimal {
  return items.reduce((sum, { amount }) => sum.plus(amount), ZERO);
}

/** What a new account is called when the person gives no name: `Checking …4821`. */
export function defaultAccountName(statement: Statement): string {
  return `${TYPE_NAMES[statement.accountType]} …${statement.accountNumber.slice(-4)}`;
}

/**
 * Makes the account of a statement: currency and kind from the statement, and the opening balance such that
 * the balance after its transactions is the bank's.
 * @throws ImportError when the bank is not known, ApiError when the server refuses.
 */
export async function createAccount(client: ApiClient, statement: Statement, options: NewAccountOptions): Promise<ApiBankAccount> {
  if (statement.accountNumber.length > MAXIMUM_ACCOUNT_NUMBER_LENGTH) {
    throw new ImportError(`The account number ${statement.accountNumber} has over ${MAXIMUM_ACCOUNT_NUMBER_LENGTH} characters: make the account by hand and import with --account.`);
  }
  const account = {
    name: options.name ?? defaultAccountName(statement),
    bank: await findBank(client, options.bank),
    account_type: statement.accountType,
    account_number: statement.accountNumber,
    currency: statement.currency,
    posted_balance: openingBalance(statement),
  };
  try {
    return await client.createBankAccount(account);
  } catch (error) {
    if (!isTransient(error)) throw error;
    // The answer got lost, and with it whether the account exists.
    const made = findAccount(await client.bankAccounts(), statement);
    if (made === undefined) throw error;
    return made;
  }
}

async function findBank(client: ApiClient, wanted: string | undefined): Promise<string> {
  const banks = await client.banks();
  const found = wanted === undefined ? banks : banks.filter(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase());
  const [bank] = found;
  if (bank !== undefined && found.length === 1) return bank.id;
  const names = banks.map(({ name }) => name).join(', ');
  if (banks.length === 0) throw new ImportError('The server knows no bank yet: make one with "mibudge bank create NAME".');
  throw new ImportError(`${wanted === undefined ? 'Name the bank of the new account with --bank' : `There is not exactly one bank ${wanted}`}. The server knows: ${names}.`);
}
