import type { z } from 'zod';

import { instantIn } from '../http/fields.ts';
import type { TransactionDraft } from './create-transaction.ts';
import { deriveTransactionDate } from './transaction-date.ts';
import type { transactionRequest } from './transaction.schemas.ts';

/**
 * Reads a request's timestamps in the user's timezone, and derives the transaction date where none is given.
 * @throws FieldError on a timestamp that is none
 */
export function readTransactionDraft(body: z.output<typeof transactionRequest>, timezone: string): TransactionDraft {
  const postedDate = instantIn('posted_date', body.posted_date, timezone);
  const transactionDate = body.transaction_date
    ? instantIn('transaction_date', body.transaction_date, timezone)
    : deriveTransactionDate(body.raw_description, postedDate, timezone);
  return {
    bankAccountId: body.bank_account,
    amount: body.amount,
    amountCurrency: body.amount_currency,
    postedDate,
    transactionDate,
    transactionType: body.transaction_type,
    pending: body.pending ?? false,
    memo: body.memo ?? null,
    rawDescription: body.raw_description,
    description: body.description,
    image: null,
    document: null,
  };
}
