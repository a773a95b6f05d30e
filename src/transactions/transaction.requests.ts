import type { z } from 'zod';

import { InvalidInput, issueOf } from '../errors.ts';
import type { FileKind } from '../files/file-links.ts';
import type { FileChanges } from '../files/receive-files.ts';
import type { StoredName } from '../files/stored-name.ts';
import { instantIn } from '../api/input/fields.ts';
import type { TransactionDraft } from './create-transaction.ts';
import { deriveTransactionDate } from './transaction-date.ts';
import type { patchedTransactionRequest, transactionRequest } from './transaction.schemas.ts';
import type { TransactionUpdate } from './update-transaction.ts';

/**
 * Reads a request's timestamps in the user's timezone, and derives the transaction date where none is given.
 * @throws InvalidInput on a timestamp that is none
 */
export function readTransactionDraft(body: z.output<typeof transactionRequest>, timezone: string): Omit<TransactionDraft, 'image' | 'document'> {
  const postedDate = instantIn('posted_date', body.posted_date, timezone);
  const transactionDate =
    typeof body.transaction_date === 'string'
      ? instantIn('transaction_date', body.transaction_date, timezone)
      : deriveTransactionDate(body.raw_description, postedDate, timezone);
  return {
    bankAccount: body.bank_account,
    amount: body.amount,
    amountCurrency: body.amount_currency,
    postedDate,
    transactionDate,
    transactionType: body.transaction_type,
    pending: body.pending ?? false,
    memo: body.memo ?? null,
    rawDescription: body.raw_description,
    description: body.description,
  };
}

/**
 * The files of a new transaction.
 * @throws InvalidInput on a field that holds text: there is no present file that it could name
 */
export function newFiles(changes: FileChanges): Record<FileKind, StoredName | null> {
  const newFile = (kind: FileKind): StoredName | null => {
    const change = changes[kind];
    if (change.action === 'compare') throw new InvalidInput([issueOf(kind, 'not_a_file')]);
    return change.action === 'store' ? change.name : null;
  };
  return { image: newFile('image'), document: newFile('document') };
}

/**
 * Reads what a PUT or PATCH says, its timestamps in the user's timezone; what is absent stays undefined.
 * @throws InvalidInput on a timestamp that is none
 */
export function readTransactionUpdate(body: z.output<typeof patchedTransactionRequest>, timezone: string): Omit<TransactionUpdate, 'id' | 'files'> {
  const { posted_date: postedDate, transaction_date: transactionDate } = body;
  return {
    bankAccount: body.bank_account,
    amount: body.amount,
    amountCurrency: body.amount_currency,
    postedDate: postedDate === undefined ? undefined : instantIn('posted_date', postedDate, timezone),
    transactionDate: typeof transactionDate === 'string' ? instantIn('transaction_date', transactionDate, timezone) : transactionDate,
    rawDescription: body.raw_description,
    transactionType: body.transaction_type,
    memo: body.memo,
    description: body.description,
    pending: body.pending,
  };
}
