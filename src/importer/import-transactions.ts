import { dateIn } from '../dates.ts';
import type { CalendarDate } from '../dates.ts';
import type { ApiClient } from '../client/api-client.ts';
import type { ApiTransaction } from '../client/api-types.ts';
import { matchKey, searchRange } from './merge-statements.ts';
import type { Statement, StatementTransaction } from '../statement-files/statement.ts';

/** What a statement brings that an account does not have. */
export interface MissingTransactions {
  /** Oldest first. */
  missing: StatementTransaction[];
  /** How many of each key the account has, by `matchKey`. */
  present: Map<string, number>;
}

/** The day of a statement's transaction in the user's timezone, as the server will show it. */
export function dayOf(transaction: StatementTransaction, timezone: string): CalendarDate {
  return transaction.postedDate === transaction.postedDay ? transaction.postedDay : dateIn(new Date(transaction.postedDate), timezone);
}

/**
 * Compares a statement with what an account has: of each (day, amount, description) as many are missing as
 * the statement has more of them. Neither the bank's identifiers, which the server does not keep, nor times of
 * day, which differ from download to download, take part.
 */
export function findMissing(statement: Statement, existing: readonly ApiTransaction[], timezone: string): MissingTransactions {
  const present = new Map<string, number>();
  for (const transaction of existing) {
    const key = keyOfExisting(transaction, timezone);
    present.set(key, (present.get(key) ?? 0) + 1);
  }
  const seen = new Map<string, number>();
  const missing = statement.transactions.filter((transaction) => {
    const key = keyOf(transaction, timezone);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return count > (present.get(key) ?? 0);
  });
  return { missing, present };
}

/** Reads what an account has in the days of a statement, and compares. */
export async function loadMissing(client: ApiClient, bankAccountId: string, statement: Statement, timezone: string): Promise<MissingTransactions> {
  const range = searchRange(statement);
  return findMissing(statement, range === undefined ? [] : await client.transactions(bankAccountId, range), timezone);
}

/**
 * Posts missing transactions one after the other: the order of creation decides the running balances of equal
 * instants, so it must be the statement's.
 * @param onPosted called with the number of those that are in, after each.
 * @throws ApiError when the server refuses one; those before it are in.
 */
export async function postTransactions(client: ApiClient, bankAccountId: string, { missing, present }: MissingTransactions, timezone: string, onPosted: (done: number) => void): Promise<void> {
  const counts = new Map(present);
  for (const [index, transaction] of missing.entries()) {
    const key = keyOf(transaction, timezone);
    const count = counts.get(key) ?? 0;
    const day = dayOf(transaction, timezone);
    await client.createTransaction(
      {
        bank_account: bankAccountId,
        amount: transaction.amount,
        posted_date: transaction.postedDate,
        raw_description: transaction.rawDescription,
        transaction_type: transaction.transactionType,
      },
      async () => {
        const sameDay = await client.transactions(bankAccountId, { from: day, to: day });
        return sameDay.filter((existing) => keyOfExisting(existing, timezone) === key).length > count;
      },
    );
    counts.set(key, count + 1);
    onPosted(index + 1);
  }
}

function keyOf(transaction: StatementTransaction, timezone: string): string {
  return matchKey(dayOf(transaction, timezone), transaction.amount, transaction.rawDescription);
}

function keyOfExisting(transaction: ApiTransaction, timezone: string): string {
  return matchKey(dateIn(new Date(transaction.posted_date), timezone), transaction.amount, transaction.raw_description);
}
