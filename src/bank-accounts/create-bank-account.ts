import { v7 as uuidv7 } from 'uuid';

import type { Principal } from '../auth/principal.ts';
import type { Bounds } from '../config.ts';
import { dateIn } from '../dates.ts';
import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { AppError, InvalidInput, issueOf, refuse } from '../errors.ts';
import { currencyIssue, decimalsIssue, ZERO, type Decimal } from '../money.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { requireFreeAccountNumber, storedAccountNumber } from './account-number.ts';
import { DEFAULT_ACCOUNT_TYPE, type AccountType } from './account-types.ts';
import { findBankAccount, type BankAccountRow } from './bank-account.queries.ts';
import { aliasesIssue, requireRoomForAccount } from './bounds.ts';

export const UNALLOCATED_NAME = 'Unallocated';

const findBank = query<{ default_currency: string }>('SELECT default_currency FROM banks WHERE id = $1');

const insertAccount = query<object>(`
INSERT INTO bank_accounts (id, bank_id, name, account_type, currency, account_number_encrypted, account_number_hash, link_aliases,
  opening_posted, opening_available, posted_balance, available_balance, created_at, modified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10, $11, $11)`);

const insertOwner = query<object>('INSERT INTO bank_account_owners (bank_account_id, user_id, created_at) VALUES ($1, $2, $3)');

const insertUnallocated = query<object>(`
INSERT INTO budgets (id, bank_account_id, is_unallocated, name, balance, schedule_anchor, funding_floor, recurrence_floor, created_at, modified_at)
VALUES ($1, $2, true, $3, $4, $5, $5, $5, $6, $6)`);

/** A bank account as a request describes it; what is undefined has a default. */
export interface BankAccountDraft {
  name: string;
  bank: string;
  accountType: AccountType | undefined;
  /** Null or empty text: none. */
  accountNumber: string | null | undefined;
  /** ISO 4217; the bank's by default. */
  currency: string | undefined;
  postedBalance: Decimal | undefined;
  postedBalanceCurrency: string | undefined;
  availableBalance: Decimal | undefined;
  availableBalanceCurrency: string | undefined;
  linkAliases: string[] | undefined;
}

/** What changes of bank accounts work with. */
export interface BankAccountServices {
  encryption: FieldEncryption;
  bounds: Bounds;
}

/**
 * Creates a bank account, owned by the user who asks, with its Unallocated budget that holds the whole opening balance. It
 * counts its days in that user's timezone.
 * @param draft one of the two balances alone sets both
 * @throws InvalidInput for an unknown bank, an amount that does not fit the currency, an account number that is taken, or when
 *   there is no room for another account, or for that many aliases
 */
export async function createBankAccount(tx: Tx, principal: Principal, draft: BankAccountDraft, now: Date, { encryption, bounds }: BankAccountServices): Promise<BankAccountRow> {
  const bank = await tx.row(findBank, [draft.bank]);
  if (!bank) throw new InvalidInput([issueOf('bank', 'does_not_exist', { id: draft.bank })]);
  const currency = draft.currency ?? bank.default_currency;
  requireFittingBalances(draft, currency);
  refuse([aliasesIssue(draft.linkAliases, bounds.aliasesOfAccount)]);
  const posted = draft.postedBalance ?? draft.availableBalance ?? ZERO;
  const available = draft.availableBalance ?? posted;

  const { userId, timezone } = principal;
  await requireRoomForAccount(tx, userId, bounds.accountsOfUser);
  const accountNumber = draft.accountNumber ?? '';
  if (accountNumber !== '') {
    await requireFreeAccountNumber(tx, accountNumber, { bankId: draft.bank, ownerIds: [userId], bankAccountId: null }, encryption);
  }

  const id = uuidv7();
  const { encrypted, hash } = storedAccountNumber(accountNumber, id, encryption);
  const aliases = draft.linkAliases ?? [];
  const type = draft.accountType ?? DEFAULT_ACCOUNT_TYPE;
  await tx.rows(insertAccount, [id, draft.bank, draft.name, type, currency, encrypted, hash, aliases, posted.toFixed(), available.toFixed(), now]);
  await tx.rows(insertOwner, [id, userId, now]);
  await tx.rows(insertUnallocated, [uuidv7(), id, UNALLOCATED_NAME, available.toFixed(), dateIn(now, timezone), now]);
  const row = await findBankAccount(tx, principal, id);
  if (!row) throw new AppError('not_found');
  return row;
}

/** One issue at a time, as clients know it. */
function requireFittingBalances(draft: BankAccountDraft, currency: string): void {
  refuse([currencyIssue('postedBalanceCurrency', draft.postedBalanceCurrency, currency)]);
  refuse([currencyIssue('availableBalanceCurrency', draft.availableBalanceCurrency, currency)]);
  if (draft.postedBalance) refuse([decimalsIssue('postedBalance', draft.postedBalance, currency)]);
  if (draft.availableBalance) refuse([decimalsIssue('availableBalance', draft.availableBalance, currency)]);
}
