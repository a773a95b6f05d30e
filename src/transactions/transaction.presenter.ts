import type { FileKind } from '../files/file-links.ts';
import { formatMoney } from '../money.ts';
import type { TransactionResponse } from './transaction.schemas.ts';
import type { TransactionRow } from './transaction.columns.ts';

/**
 * A transaction as the API shows it.
 * @param fileUrl makes the signed URL of a stored file
 */
export function presentTransaction(row: TransactionRow, fileUrl: (kind: FileKind, name: string) => string): TransactionResponse {
  return {
    id: row.id,
    bank_account: row.bank_account_id,
    amount: formatMoney(row.amount, row.currency),
    amount_currency: row.currency,
    party: row.party,
    posted_date: row.posted_date,
    transaction_date: row.transaction_date,
    transaction_type: row.transaction_type,
    pending: row.pending,
    memo: row.memo,
    raw_description: row.raw_description,
    description: row.description,
    linked_transaction: row.linked_transaction_id,
    bank_account_posted_balance: formatMoney(row.bank_account_posted_balance, row.currency),
    bank_account_posted_balance_currency: row.currency,
    bank_account_available_balance: formatMoney(row.bank_account_available_balance, row.currency),
    bank_account_available_balance_currency: row.currency,
    image: row.image === null ? null : fileUrl('image', row.image),
    document: row.document === null ? null : fileUrl('document', row.document),
    created_at: row.created_at,
    modified_at: row.modified_at,
  };
}
