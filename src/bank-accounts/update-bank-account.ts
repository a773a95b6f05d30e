import type { Principal } from '../auth/principal.ts';
import { query } from '../db/database.ts';
import { AppError, issueOf, refuse } from '../errors.ts';
import { lockVisibleBankAccount } from '../ledger/lock-bank-account.ts';
import { currencyIssue } from '../money.ts';
import type { Tx } from '../mutations/transaction.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { ownerIdsOf, readAccountNumber, requireFreeAccountNumber, storedAccountNumber, type StoredAccountNumber } from './account-number.ts';
import { findBankAccount, type BankAccountRow } from './bank-account.queries.ts';
import { aliasesIssue } from './bounds.ts';
import type { BankAccountDraft, BankAccountServices } from './create-bank-account.ts';

const updateQuery = query<object>(`
UPDATE bank_accounts SET name = $2, link_aliases = $3, account_number_encrypted = CASE WHEN $4 THEN $5 ELSE account_number_encrypted END,
  account_number_hash = CASE WHEN $4 THEN $6 ELSE account_number_hash END, modified_at = $7
WHERE id = $1`);

/** What is to change of an account; what is undefined stays. */
export type BankAccountChanges = Partial<BankAccountDraft>;

/**
 * Changes an account's name, number or aliases; what is absent stays as it is.
 * @returns the account afterwards
 * @throws AppError `not_found` when the principal sees no such account
 * @throws InvalidInput for another value of a field that is fixed since creation, or an account number that is taken,
 *   or too many aliases
 */
export async function updateBankAccount(
  tx: Tx,
  principal: Principal,
  { id, changes }: { id: string; changes: BankAccountChanges },
  now: Date,
  { encryption, bounds }: BankAccountServices,
): Promise<BankAccountRow> {
  const account = await lockVisibleBankAccount(tx, principal, id);
  const row = account && (await findBankAccount(tx, principal, id));
  if (!row) throw new AppError('not_found');
  requireFixedFields(row, changes);
  refuse([aliasesIssue(changes.linkAliases, bounds.aliasesOfAccount)]);
  const number = await changedNumber(tx, row, changes, encryption);
  const { name = row.name, linkAliases = row.link_aliases } = changes;
  await tx.rows(updateQuery, [id, name, linkAliases, number !== undefined, number?.encrypted ?? null, number?.hash ?? null, now]);
  const changed = await findBankAccount(tx, principal, id);
  if (!changed) throw new AppError('not_found');
  return changed;
}

function requireFixedFields(row: BankAccountRow, changes: BankAccountChanges): void {
  refuse([currencyIssue('postedBalanceCurrency', changes.postedBalanceCurrency, row.currency)]);
  refuse([currencyIssue('availableBalanceCurrency', changes.availableBalanceCurrency, row.currency)]);
  const isChanged = {
    bank: changes.bank !== undefined && changes.bank !== row.bank_id,
    accountType: changes.accountType !== undefined && changes.accountType !== row.account_type,
    currency: changes.currency !== undefined && changes.currency !== row.currency,
    postedBalance: changes.postedBalance !== undefined && !changes.postedBalance.equals(row.posted_balance),
    availableBalance: changes.availableBalance !== undefined && !changes.availableBalance.equals(row.available_balance),
  };
  refuse(Object.entries(isChanged).map(([field, differs]) => (differs ? issueOf(field, 'immutable') : undefined)));
}

/** @returns what to store, undefined when the number stays as it is */
async function changedNumber(
  tx: Tx,
  row: BankAccountRow,
  { accountNumber: sent }: BankAccountChanges,
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
