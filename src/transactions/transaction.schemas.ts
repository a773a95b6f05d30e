import { z } from 'zod';

import { amount, flag, instantText, sentCurrency, text, uuid, wire } from '../api/input/fields.ts';
import { listOf, pageParameters } from '../api/output/pagination.ts';
import { filterBoolean, filterChoice, filterInstantText, filterUuid, orderingParameter, searchParameter } from '../api/input/list-parameters.ts';
import { ISSUES } from '../errors.ts';
import { measuredText } from '../measured-text.ts';
import { Upload } from '../uploads.ts';
import { TRANSACTION_TYPES } from './transaction-types.ts';

const transactionType = z.enum(TRANSACTION_TYPES).meta({ id: 'TransactionTypeEnum', description: 'What kind of movement the bank calls it; empty text when unknown.' });

/** The present URL of a file is far shorter: a proxy's path, an id, a name of 100 characters that are encoded, a signature. */
const MAXIMUM_URL_LENGTH = 4_096;

/** A file to store; null or empty text removes it, its present URL as text leaves it. */
const file = z
  .union([z.instanceof(Upload), measuredText(MAXIMUM_URL_LENGTH, ISSUES.not_a_file)], ISSUES.not_a_file)
  .nullable()
  .optional()
  .meta({ override: { type: ['string', 'null'], format: 'binary' } });

const fields = {
  bank_account: uuid,
  amount,
  amount_currency: sentCurrency.optional(),
  posted_date: instantText,
  transaction_date: instantText.nullable().optional(),
  transaction_type: transactionType,
  pending: flag.optional(),
  memo: text(512).nullable().optional(),
  raw_description: text(512, { blank: false, trim: false }),
  description: text(512).optional(),
  image: file,
  document: file,
};

export const transactionRequest = z.object(fields).meta({
  id: 'TransactionRequest',
  examples: [
    {
      bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
      amount: '-42.17',
      posted_date: '2026-11-20T08:00:00Z',
      transaction_type: 'signature_purchase',
      raw_description: 'CORNER GROCERY 11/19 SPRINGFIELD',
    },
  ],
});

export const patchedTransactionRequest = z.object(fields).partial().meta({ id: 'PatchedTransactionRequest', examples: [{ memo: 'Birthday cake' }] });

export const transaction = z
  .object({
    id: wire.uuid,
    bank_account: wire.uuid,
    amount: wire.money,
    amount_currency: wire.currency,
    party: z.string().nullable(),
    posted_date: wire.instant,
    // Never null; the contract promises less, and clients' types with it.
    transaction_date: wire.instant.nullable(),
    transaction_type: transactionType,
    pending: z.boolean(),
    memo: z.string().nullable(),
    raw_description: z.string(),
    description: z.string(),
    linked_transaction: wire.uuid.nullable(),
    bank_account_posted_balance: wire.money,
    bank_account_posted_balance_currency: wire.currency,
    bank_account_available_balance: wire.money,
    bank_account_available_balance_currency: wire.currency,
    image: z.string().meta({ format: 'uri' }).nullable(),
    document: z.string().meta({ format: 'uri' }).nullable(),
    created_at: wire.instant,
    modified_at: wire.instant,
  })
  .meta({
    id: 'Transaction',
    description: 'What the bank reports. Negative amounts are spending.',
    examples: [
      {
        id: '0199f3a0-5c1e-7000-8000-000000000004',
        bank_account: '0199f3a0-5c1e-7000-8000-000000000001',
        amount: '-42.17',
        amount_currency: 'USD',
        party: 'Corner Grocery',
        posted_date: '2026-11-20T08:00:00.000Z',
        transaction_date: '2026-11-19T00:00:00.000Z',
        transaction_type: 'signature_purchase',
        pending: false,
        memo: null,
        raw_description: 'CORNER GROCERY 11/19 SPRINGFIELD',
        description: 'CORNER GROCERY 11/19 SPRINGFIELD',
        linked_transaction: null,
        bank_account_posted_balance: '1207.83',
        bank_account_posted_balance_currency: 'USD',
        bank_account_available_balance: '1207.83',
        bank_account_available_balance_currency: 'USD',
        image: null,
        document: null,
        created_at: '2026-11-20T08:00:00.000Z',
        modified_at: '2026-11-20T08:00:00.000Z',
      },
    ],
  });

export type TransactionResponse = z.output<typeof transaction>;

export const transactionList = listOf(transaction).meta({ id: 'PaginatedTransactionList' });

export const transactionFilters = z.object({
  ...pageParameters,
  bank_account: filterUuid.describe('Only those of this bank account.'),
  pending: filterBoolean.describe('Only pending transactions, or only posted ones.'),
  transaction_type: filterChoice(TRANSACTION_TYPES).describe('Only transactions of this type.'),
  date_from: filterInstantText.describe('Lowest `transaction_date`. A date alone is the start of that day in your timezone.'),
  date_to: filterInstantText.describe('Highest `transaction_date`. A date alone means to the end of that day in your timezone.'),
  posted_date_from: filterInstantText.describe('Lowest `posted_date`, read like `date_from`.'),
  posted_date_to: filterInstantText.describe('Highest `posted_date`, read like `date_to`.'),
  search: searchParameter,
  ordering: orderingParameter,
});
