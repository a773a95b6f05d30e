import { formatMoney } from '../money.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { readAccountNumber } from './account-number.ts';
import type { BankAccountRow } from './bank-account.queries.ts';
import type { BankAccountResponse } from './bank-account.schemas.ts';

/** An account as the API shows it to its owners, its number in the clear. */
export function presentBankAccount(row: BankAccountRow, encryption: FieldEncryption): BankAccountResponse {
  return {
    id: row.id,
    name: row.name,
    bank: row.bank_id,
    owners: row.owners,
    account_type: row.account_type,
    account_number: readAccountNumber(row, encryption),
    currency: row.currency,
    posted_balance: formatMoney(row.posted_balance, row.currency),
    posted_balance_currency: row.currency,
    available_balance: formatMoney(row.available_balance, row.currency),
    available_balance_currency: row.currency,
    link_aliases: row.link_aliases,
    unallocated_budget: row.unallocated_budget_id,
    last_imported_at: row.last_imported_at,
    last_posted_through: row.last_posted_through,
    created_at: row.created_at,
    modified_at: row.modified_at,
  };
}
