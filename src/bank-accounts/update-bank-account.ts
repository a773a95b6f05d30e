import type { Bounds } from '../config.ts';
import type { Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import { lockBankAccount } from '../ledger/lock-bank-account.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError, FieldError, type FieldErrors } from '../errors.ts';
import { requireSameCurrency } from '../money.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { ownerIdsOf, readAccountNumber, requireFreeAccountNumber, storedAccountNumber, type StoredAccountNumber } from './account-number.ts';
import { findBankAccount, type BankAccountRow } from './bank-account.queries.ts';
import { requireFewAliases } from './bounds.ts';
import type { BankAccountChanges } from './bank-account.schemas.ts';

const updateStatement = statement<object>(`
UPDATE bank_accounts SET name = $2, link_aliases = $3, account_number_encrypted = CASE WHEN $4 THEN $5 ELSE account_number_encrypted END,
  account_number_hash = CASE WHEN $4 THEN $6 ELSE account_number_hash END, modified_at = $7
WHERE id = $1`);

/**
 * Changes an account's name, number or aliases; what is absent stays as it is.
 * @param userId the requesting user, who must own the account
 * @throws AppError `not_found` when the user owns no such account
 * @throws FieldError for another value of a field that is fixed since creation, or an account number that is taken,
 *   or too many aliases
 */
export async function updateBankAccount(
  tx: Tx,
  id: string,
  changes: BankAccountChanges,
  userId: number,
  { clock, encryption, bounds }: { clock: Clock; encryption: FieldEncryption; bounds: Bounds },
): Promise<void> {
  const account = await lockBankAccount(tx, id, userId);
  const row = account && (await findBankAccount(tx, id, userId));
  if (!row) throw new AppError('not_found');
  requireFixedFields(row, changes);
  requireFewAliases(changes.link_aliases, bounds.aliasesOfAccount);
  const number = await changedNumber(tx, row, changes, encryption);
  await tx.rows(updateStatement, [
    id,
    changes.name ?? row.name,
    changes.link_aliases ?? row.link_aliases,
    number !== undefined,
    number?.encrypted ?? null,
    number?.hash ?? null,
    clock.now(),
  ]);
}

function requireFixedFields(row: BankAccountRow, changes: BankAccountChanges): void {
  requireSameCurrency('posted_balance_currency', changes.posted_balance_currency, row.currency);
  requireSameCurrency('available_balance_currency', changes.available_balance_currency, row.currency);
  const changed = {
    bank: changes.bank !== undefined && changes.bank !== row.bank_id,
    account_type: changes.account_type !== undefined && changes.account_type !== row.account_type,
    currency: changes.currency !== undefined && changes.currency !== row.currency,
    posted_balance: changes.posted_balance !== undefined && !changes.posted_balance.equals(row.posted_balance),
    available_balance: changes.available_balance !== undefined && !changes.available_balance.equals(row.available_balance),
  };
  const errors: FieldErrors = {};
  for (const [field, isChanged] of Object.entries(changed)) {
    if (isChanged) errors[field] = ['This field cannot be changed after creation.'];
  }
  if (Object.keys(errors).length > 0) throw new FieldError(errors);
}

/** @returns what to store, undefined when the number stays as it is */
async function changedNumber(
  tx: Tx,
  row: BankAccountRow,
  { account_number: sent }: BankAccountChanges,
  encryption: FieldEncryption,
): Promise<StoredAccountNumber | undefined> {
  if (sent === undefined) return undefined;
  const present = readAccountNumber(row, encryption) ?? '';
  const accountNumber = sent ?? '';
  if (accountNumber === present) return undefined;
  if (accountNumber !== '') {
    const where = { bankId: row.bank_id, ownerIds: await ownerIdsOf(tx, row.id), bankAccountId: row.id };
    await requireFreeAccountNumber(tx, accountNumber, where, encryption);
  }
  return storedAccountNumber(accountNumber, row.id, encryption);
}
