import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';

import type { Bounds } from '../config.ts';
import { todayIn, type Clock } from '../dates.ts';
import { statement } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { FieldError } from '../errors.ts';
import { amountIn, requireSameCurrency, ZERO } from '../money.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { requireFreeAccountNumber, storedAccountNumber } from './account-number.ts';
import { DEFAULT_ACCOUNT_TYPE } from './account-types.ts';
import { requireFewAliases, requireRoomForAccount } from './bounds.ts';
import type { bankAccountRequest } from './bank-account.schemas.ts';

export const UNALLOCATED_NAME = 'Unallocated';

const findBank = statement<{ default_currency: string }>('SELECT default_currency FROM banks WHERE id = $1');

const insertAccount = statement<object>(`
INSERT INTO bank_accounts (id, bank_id, name, account_type, currency, account_number_encrypted, account_number_hash, link_aliases,
  opening_posted, opening_available, posted_balance, available_balance, created_at, modified_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10, $11, $11)`);

const insertOwner = statement<object>('INSERT INTO bank_account_owners (bank_account_id, user_id, created_at) VALUES ($1, $2, $3)');

const insertUnallocated = statement<object>(`
INSERT INTO budgets (id, bank_account_id, is_unallocated, name, balance, schedule_anchor, funding_floor, recurrence_floor, created_at, modified_at)
VALUES ($1, $2, true, $3, $4, $5, $5, $5, $6, $6)`);

/**
 * Creates a bank account, owned by its creator, with its Unallocated budget that holds the whole opening balance.
 * @param request one of the two balances alone sets both; the currency defaults to the bank's
 * @param owner the requesting user; the account counts its days in their timezone
 * @returns the new account's id
 * @throws FieldError for an unknown bank, an amount that does not fit the currency, an account number that is taken, or when
 *   there is no room for another account, or for that many aliases
 */
export async function createBankAccount(
  tx: Tx,
  request: z.output<typeof bankAccountRequest>,
  owner: { id: number; timezone: string },
  { clock, encryption, bounds }: { clock: Clock; encryption: FieldEncryption; bounds: Bounds },
): Promise<string> {
  const bank = await tx.row(findBank, [request.bank]);
  if (!bank) throw FieldError.doesNotExist('bank', request.bank);
  const currency = request.currency ?? bank.default_currency;
  requireSameCurrency('posted_balance_currency', request.posted_balance_currency, currency);
  requireSameCurrency('available_balance_currency', request.available_balance_currency, currency);
  if (request.posted_balance) amountIn('posted_balance', request.posted_balance, currency);
  if (request.available_balance) amountIn('available_balance', request.available_balance, currency);
  requireFewAliases(request.link_aliases, bounds.aliasesOfAccount);
  const posted = request.posted_balance ?? request.available_balance ?? ZERO;
  const available = request.available_balance ?? posted;

  await requireRoomForAccount(tx, owner.id, bounds.accountsOfUser);
  const accountNumber = request.account_number ?? '';
  if (accountNumber !== '') {
    await requireFreeAccountNumber(tx, accountNumber, { bankId: request.bank, ownerIds: [owner.id], bankAccountId: null }, encryption);
  }

  const id = uuidv7();
  const { encrypted, hash } = storedAccountNumber(accountNumber, id, encryption);
  const now = clock.now();
  const aliases = request.link_aliases ?? [];
  const type = request.account_type ?? DEFAULT_ACCOUNT_TYPE;
  await tx.rows(insertAccount, [id, request.bank, request.name, type, currency, encrypted, hash, aliases, posted.toFixed(), available.toFixed(), now]);
  await tx.rows(insertOwner, [id, owner.id, now]);
  await tx.rows(insertUnallocated, [uuidv7(), id, UNALLOCATED_NAME, available.toFixed(), todayIn(clock, owner.timezone), now]);
  return id;
}
