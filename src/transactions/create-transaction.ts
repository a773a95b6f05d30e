import { v7 as uuidv7 } from 'uuid';

import { insertAllocations } from '../allocations/allocation-entries.ts';
import type { Clock } from '../dates.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { FieldError } from '../errors.ts';
import { amountIn, requireSameCurrency, type Decimal } from '../money.ts';
import { partyOf } from './party.ts';
import { insertTransaction } from './transaction-entries.ts';
import type { TransactionRow } from './transaction.columns.ts';
import type { TransactionType } from './transaction-types.ts';

/** A transaction as its creator describes it; instants are read already, files are stored. */
export interface TransactionDraft {
  bankAccountId: string;
  amount: Decimal;
  amountCurrency: string | undefined;
  postedDate: Date;
  transactionDate: Date;
  transactionType: TransactionType;
  pending: boolean;
  memo: string | null;
  rawDescription: string;
  /** Undefined or blank: the trimmed raw description. */
  description: string | undefined;
  image: string | null;
  document: string | null;
}

/**
 * Creates a transaction: moves the account's balances (available always, posted unless it is pending) and puts its
 * whole amount into one allocation to Unallocated.
 * @param userId the requesting user, who must own the account
 * @throws FieldError when the account does not exist for this user, or the amount does not fit its currency
 */
export async function createTransaction(tx: Tx, draft: TransactionDraft, userId: number, clock: Clock): Promise<TransactionRow> {
  const account = await lockBankAccount(tx, draft.bankAccountId, userId);
  if (!account) throw FieldError.doesNotExist('bank_account', draft.bankAccountId);
  requireSameCurrency('amount_currency', draft.amountCurrency, account.currency);
  amountIn('amount', draft.amount, account.currency);

  // Under the lock, so that the order of created_at is that of the sequence.
  const now = clock.now();
  const defaultDescription = draft.rawDescription.trim();
  const description = draft.description?.trim() ? draft.description : defaultDescription;
  const [transaction] = await insertTransaction(tx, account, [
    {
      id: uuidv7(),
      amount: draft.amount,
      posted_date: draft.postedDate,
      transaction_date: draft.transactionDate,
      transaction_type: draft.transactionType,
      pending: draft.pending,
      memo: draft.memo,
      raw_description: draft.rawDescription,
      description,
      party: description === defaultDescription ? partyOf(draft.rawDescription) : null,
      image: draft.image,
      document: draft.document,
      created_at: now,
      modified_at: now,
    },
  ]);
  if (!transaction) throw new Error('an INSERT returned no row');
  await insertAllocations(tx, account, transaction, new Map([[account.unallocatedBudgetId, draft.amount]]), now);
  return { ...transaction, currency: account.currency };
}
