import type { CalendarDate } from '../dates.ts';

/** Kinds of bank account, as the API spells them: checking, savings, credit card. */
export type AccountType = 'C' | 'S' | 'X';

/** Those of the API's transaction types that bank files can tell apart. */
export type StatementTransactionType = '' | 'ach' | 'atm_withdrawal' | 'bill_payment' | 'check' | 'check_deposit' | 'fee' | 'interest_credit' | 'pin_purchase';

/** One posted transaction as a bank file tells it. */
export interface StatementTransaction {
  /** The bank's own identifier (FITID), '' when the file has none. Not always unique or stable, so nothing is matched by it. */
  id: string;
  /**
   * When it was posted: a day (`2026-11-02`) where the file gives no time of day, else an instant in
   * UTC (`2026-11-02T17:20:17.000Z`).
   */
  postedDate: string;
  /** The day of `postedDate` as the bank wrote it, in the bank's own zone. */
  postedDay: CalendarDate;
  /** Exact decimal text with a point, negative is spending: `-12.34`. */
  amount: string;
  /** What the bank printed, 1 to 512 characters. */
  rawDescription: string;
  /** One of the API's transaction types, '' when the file's kind has no counterpart there. */
  transactionType: StatementTransactionType;
  checkNumber?: string;
}

/** A balance that the bank reports. */
export interface StatementBalance {
  /** Exact decimal text; a card's debt is negative. */
  amount: string;
  /** The day it holds for, in the bank's own zone; absent when the file does not say. */
  asOf?: CalendarDate;
}

/** What one bank file says about one account. Transactions keep the order of the file. */
export interface Statement {
  /** The bank's routing number or similar, '' when the file has none (cards). */
  bankId: string;
  accountNumber: string;
  accountType: AccountType;
  /** ISO 4217. */
  currency: string;
  transactions: StatementTransaction[];
  /** The balance after the last posted transaction. */
  ledgerBalance?: StatementBalance;
  availableBalance?: StatementBalance;
  periodStart?: CalendarDate;
  periodEnd?: CalendarDate;
}

/** A bank file that cannot be read. The message says what is wrong, for the person who gave the file. */
export class StatementError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StatementError';
  }
}

/** Larger files are refused before they are looked at. */
export const MAXIMUM_FILE_BYTES = 50 * 1024 * 1024;

/** More transactions than this in one file are refused. */
export const MAXIMUM_TRANSACTIONS = 200_000;
