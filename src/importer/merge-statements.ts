import { Decimal } from '../money.ts';
import { addDays } from '../dates.ts';
import type { CalendarDate } from '../dates.ts';
import { StatementError } from '../statement-files/statement.ts';
import type { Statement, StatementTransaction } from '../statement-files/statement.ts';

/**
 * Makes one statement per account out of the statements of many files, which may overlap: what several of
 * them tell is taken once, and the newest ledger balance counts.
 *
 * Two identical purchases on one day are two where one file lists both. So of each (day, amount,
 * description) the merged statement has as many as the file that has most.
 * @returns the statements in the order in which their accounts first appear, transactions oldest first.
 * @throws StatementError when files disagree about an account's currency or kind.
 */
export function mergeStatements(statements: readonly Statement[]): Statement[] {
  const byAccount = Map.groupBy(statements, ({ bankId, accountNumber }) => JSON.stringify([bankId, normalizeAccountNumber(accountNumber)]));
  return [...byAccount.values()].map(mergeAccount);
}

/** Account numbers are compared without the spaces and hyphens that only group their digits. */
export function normalizeAccountNumber(accountNumber: string): string {
  return accountNumber.replaceAll(/[\s-]/g, '').toUpperCase();
}

/** What makes two records the same transaction, besides how many of them there are. */
export function matchKey(day: CalendarDate, amount: string, rawDescription: string): string {
  return JSON.stringify([day, new Decimal(amount).toFixed(), rawDescription]);
}

/**
 * The last day that a statement covers: no later import will bring another transaction of that day or before.
 *
 * That is the end of its period. But banks also write the end that was asked for, which may lie in the future: nobody
 * reports past the day of the balance, save for transactions that are there nevertheless.
 * @returns undefined when the statement says nothing of it.
 */
export function coveredThrough(statement: Statement): CalendarDate | undefined {
  const asOf = statement.ledgerBalance?.asOf;
  const end = earliest([statement.periodEnd, asOf]);
  return latest([end, ...statement.transactions.map(({ postedDay }) => postedDay)]);
}

/** The latest of some days that may be missing. */
export function latest(days: readonly (CalendarDate | undefined)[]): CalendarDate | undefined {
  return days.reduce((found, day) => (found === undefined || (day !== undefined && day > found) ? day : found), undefined);
}

function earliest(days: readonly (CalendarDate | undefined)[]): CalendarDate | undefined {
  return days.reduce((found, day) => (found === undefined || (day !== undefined && day < found) ? day : found), undefined);
}

function mergeAccount(statements: readonly Statement[]): Statement {
  const sorted = statements.toSorted((left, right) => compare(coveredThrough(left) ?? '', coveredThrough(right) ?? ''));
  const newest = sorted.at(-1);
  if (newest === undefined) throw new StatementError('there is no statement');
  for (const { accountNumber, accountType, currency } of sorted) {
    if (accountType === newest.accountType && currency === newest.currency) continue;
    throw new StatementError(`account ${accountNumber} is ${accountType} in ${currency} in one file, ${newest.accountType} in ${newest.currency} in another`);
  }
  const periodStart = earliest(sorted.map((statement) => statement.periodStart));
  const periodEnd = latest(sorted.map((statement) => statement.periodEnd));
  const ledgerBalance = newestBalance(sorted.map((statement) => statement.ledgerBalance));
  const availableBalance = newestBalance(sorted.map((statement) => statement.availableBalance));
  return {
    bankId: newest.bankId,
    accountNumber: newest.accountNumber,
    accountType: newest.accountType,
    currency: newest.currency,
    transactions: mergeTransactions(sorted.map(({ transactions }) => transactions)),
    ...(ledgerBalance === undefined ? {} : { ledgerBalance }),
    ...(availableBalance === undefined ? {} : { availableBalance }),
    ...(periodStart === undefined ? {} : { periodStart }),
    ...(periodEnd === undefined ? {} : { periodEnd }),
  };
}

/** Of equally old balances the one of the later statement. */
function newestBalance(balances: readonly Statement['ledgerBalance'][]): Statement['ledgerBalance'] {
  return balances.reduce((found, balance) => (balance !== undefined && (balance.asOf ?? '') >= (found?.asOf ?? '') ? balance : found), undefined);
}

function mergeTransactions(lists: readonly (readonly StatementTransaction[])[]): StatementTransaction[] {
  const merged: StatementTransaction[] = [];
  const counts = new Map<string, number>();
  for (const list of lists) {
    const seen = new Map<string, number>();
    for (const transaction of oldestFirst(list)) {
      const key = matchKey(transaction.postedDay, transaction.amount, transaction.rawDescription);
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      if (count <= (counts.get(key) ?? 0)) continue;
      counts.set(key, count);
      merged.push(transaction);
    }
  }
  return inOrder(merged);
}

/** Half of the banks list the newest first; among equal dates the order of the file is all there is to tell what came first. */
function oldestFirst(transactions: readonly StatementTransaction[]): StatementTransaction[] {
  const [first, last] = [transactions[0], transactions.at(-1)];
  const newestFirst = first !== undefined && last !== undefined && orderKey(first) > orderKey(last);
  return inOrder(newestFirst ? transactions.toReversed() : transactions);
}

function inOrder(transactions: readonly StatementTransaction[]): StatementTransaction[] {
  return transactions.toSorted((left, right) => compare(orderKey(left), orderKey(right)));
}

/** By day, and on one day those without a time first. */
function orderKey({ postedDay, postedDate }: StatementTransaction): string {
  return `${postedDay} ${postedDate}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The days between which an account must be searched for transactions that a statement tells, a day wider
 * on both sides than the statement: its days are the bank's, those of the search the user's.
 * @returns undefined when there are no transactions.
 */
export function searchRange(statement: Statement): { from: CalendarDate; to: CalendarDate } | undefined {
  const days = statement.transactions.map(({ postedDay }) => postedDay);
  const [from, to] = [earliest(days), latest(days)];
  return from === undefined || to === undefined ? undefined : { from: addDays(from, -1), to: addDays(to, 1) };
}
