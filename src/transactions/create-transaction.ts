import { v7 as uuidv7 } from 'uuid';

import { insertAllocations } from '../allocations/allocation-entries.ts';
import type { Principal } from '../auth/principal.ts';
import { lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { InvalidInput, issueOf, refuse } from '../errors.ts';
import { currencyIssue, decimalsIssue, type Decimal } from '../money.ts';
import { partyOf } from './party.ts';
import { insertTransaction } from './transaction-entries.ts';
import type { TransactionRow } from './transaction.columns.ts';
import type { TransactionType } from './transaction-types.ts';

/** A transaction as its creator describes it; instants are read already, files are stored. */
export interface TransactionDraft {
  bankAccount: string;
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
 * @throws InvalidInput when the principal sees no such account, or the amount does not fit its currency
 */
export async function createTransaction(tx: Tx, principal: Principal, draft: TransactionDraft, now: Date): Promise<TransactionRow> {
  const account = await lockVisibleBankAccount(tx, principal, draft.bankAccount);
  if (!account) throw new InvalidInput([issueOf('bankAccount', 'does_not_exist', { id: draft.bankAccount })]);
  refuse([currencyIssue('amountCurrency', draft.amountCurrency, account.currency)]);
  refuse([decimalsIssue('amount', draft.amount, account.currency)]);

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
  tx.afterCommit({ kind: 'transaction-added' });
  return { ...transaction, currency: account.currency };
}
