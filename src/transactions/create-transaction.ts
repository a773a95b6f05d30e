import { v7 as uuidv7 } from 'uuid';

import { insertEntries, ENTRY_KIND } from '../ledger/running-budget-balances.ts';
import { insertIntoAccountChain } from '../ledger/running-account-balances.ts';
import { DEFAULT_CATEGORY } from '../allocations/categories.ts';
import { formatInstant, type Clock } from '../dates.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../db/transaction.ts';
import { FieldError } from '../errors.ts';
import { amountIn, requireSameCurrency, type Decimal } from '../money.ts';
import { partyOf } from './party.ts';
import type { TransactionRow } from './transaction.queries.ts';
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
  const transaction = {
    id: uuidv7(),
    amount: draft.amount,
    postedDate: draft.postedDate,
    transactionDate: draft.transactionDate,
    transactionType: draft.transactionType,
    pending: draft.pending,
    memo: draft.memo,
    rawDescription: draft.rawDescription,
    description,
    party: description === defaultDescription ? partyOf(draft.rawDescription) : null,
    image: draft.image,
    document: draft.document,
  };
  const { sequence, available, posted } = await insertIntoAccountChain(tx, account, transaction, now);
  await insertEntries(
    tx,
    account,
    [
      {
        id: uuidv7(),
        budgetId: account.unallocatedBudgetId,
        instant: transaction.transactionDate,
        kind: ENTRY_KIND.allocation,
        position: sequence,
        amount: transaction.amount,
        parentId: transaction.id,
        category: DEFAULT_CATEGORY,
      },
    ],
    now,
  );
  return {
    id: transaction.id,
    sequence,
    bank_account_id: account.id,
    currency: account.currency,
    amount: transaction.amount.toFixed(4),
    party: transaction.party,
    posted_date: formatInstant(transaction.postedDate),
    transaction_date: formatInstant(transaction.transactionDate),
    transaction_type: transaction.transactionType,
    pending: transaction.pending,
    memo: transaction.memo,
    raw_description: transaction.rawDescription,
    description: transaction.description,
    linked_transaction_id: null,
    bank_account_posted_balance: posted,
    bank_account_available_balance: available,
    image: transaction.image,
    document: transaction.document,
    created_at: formatInstant(now),
    modified_at: formatInstant(now),
  };
}
