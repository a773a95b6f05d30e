import { readAccountNumber } from '../bank-accounts/account-number.ts';
import { query, type Queryable } from '../db/database.ts';
import { FieldDecryptionError, type FieldEncryption } from '../security/field-encryption.ts';
import type { AccountNames } from './account-mentions.ts';

interface NamesRow {
  id: string;
  name: string;
  link_aliases: string[];
  account_number_encrypted: string | null;
}

const findNames = query<NamesRow>('SELECT id, name, link_aliases, account_number_encrypted FROM bank_accounts WHERE id = ANY($1::uuid[])');

/** Reads what descriptions may call some accounts; those that are gone are left out. */
export async function loadAccountNames(db: Queryable, encryption: FieldEncryption, accountIds: readonly string[]): Promise<AccountNames[]> {
  const rows = await db.rows(findNames, [accountIds]);
  return rows.map((row) => ({ accountId: row.id, names: [row.name, ...row.link_aliases], accountNumber: legibleNumber(row, encryption) }));
}

/** An account whose number cannot be read, because its key is gone, is still found by its names. */
function legibleNumber(row: NamesRow, encryption: FieldEncryption): string | null {
  try {
    return readAccountNumber(row, encryption);
  } catch (error) {
    if (error instanceof FieldDecryptionError) return null;
    throw error;
  }
}
