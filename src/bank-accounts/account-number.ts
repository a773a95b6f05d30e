import { query, type Queryable } from '../db/database.ts';
import { ACCOUNT_NUMBER } from '../encryption-keys/encrypted-columns.ts';
import type { Tx } from '../mutations/transaction.ts';
import { InvalidInput, issueOf } from '../errors.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';

/** What is stored of an account number; both null without one. */
export interface StoredAccountNumber {
  encrypted: string | null;
  /** Under the first key. */
  hash: string | null;
}

/**
 * Prepares an account number for storage.
 * @param accountNumber null or empty text: none
 * @param bankAccountId the account that it is stored with, and can be read with only
 */
export function storedAccountNumber(accountNumber: string | null, bankAccountId: string, encryption: FieldEncryption): StoredAccountNumber {
  if (accountNumber === null || accountNumber === '') return { encrypted: null, hash: null };
  return { encrypted: encryption.encrypt(accountNumber, ACCOUNT_NUMBER, bankAccountId), hash: encryption.blindIndex(accountNumber).current };
}

/**
 * Reads an account's number.
 * @returns null for an account without a number
 * @throws FieldDecryptionError
 */
export function readAccountNumber(row: { id: string; account_number_encrypted: string | null }, encryption: FieldEncryption): string | null {
  return row.account_number_encrypted === null ? null : encryption.decrypt(row.account_number_encrypted, ACCOUNT_NUMBER, row.id);
}

// The uniqueness spans owners, which no unique index can say. Account numbers change rarely: one writer at a time and bank.
const lockNumbersOfBank = query<object>(`SELECT pg_advisory_xact_lock(hashtextextended('account numbers of bank ' || $1, 0))`);

// $1 bank, $2 hashes under every key, $3 owners, $4 the account itself
const findTaken = query<object>(`
SELECT FROM bank_accounts a JOIN bank_account_owners o ON o.bank_account_id = a.id
WHERE a.bank_id = $1 AND a.account_number_hash = ANY($2::text[]) AND o.user_id = ANY($3::int[]) AND a.id IS DISTINCT FROM $4::uuid LIMIT 1`);

/**
 * Makes sure that no owner has another account with this number at this bank, now and until the transaction ends.
 * Whoever holds an account's lock takes this after it.
 * @param ownerIds all owners that the account has, or will have
 * @param bankAccountId the account itself; null for a new one
 * @throws InvalidInput on `accountNumber`
 */
export async function requireFreeAccountNumber(
  tx: Tx,
  accountNumber: string,
  where: { bankId: string; ownerIds: readonly number[]; bankAccountId: string | null },
  encryption: FieldEncryption,
): Promise<void> {
  await tx.rows(lockNumbersOfBank, [where.bankId]);
  const { candidates } = encryption.blindIndex(accountNumber);
  if (await tx.row(findTaken, [where.bankId, candidates, where.ownerIds, where.bankAccountId])) {
    throw new InvalidInput([issueOf('accountNumber', 'account_number_taken')]);
  }
}

const findOwners = query<{ user_id: number }>('SELECT user_id FROM bank_account_owners WHERE bank_account_id = $1 ORDER BY sequence');

/** @returns the ids of an account's owners, by standing */
export async function ownerIdsOf(db: Queryable, bankAccountId: string): Promise<number[]> {
  return (await db.rows(findOwners, [bankAccountId])).map((row) => row.user_id);
}
