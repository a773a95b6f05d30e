import type { ColumnName } from '../security/field-encryption.ts';

/** A column of encrypted values. The table's primary key is `id`, a UUID: each value is bound to its row by it. */
export interface EncryptedColumn extends ColumnName {
  /** The column of the value's blind index under the first key, which is null where the value is null; null: there is none. */
  readonly blindIndexColumn: string | null;
}

export const ACCOUNT_NUMBER: EncryptedColumn = {
  table: 'bank_accounts',
  column: 'account_number_encrypted',
  blindIndexColumn: 'account_number_hash',
};

/**
 * Every encrypted column. The check of keys at the start and `mibudge keys re-encrypt` go by this list; a column joins it with
 * an index on its key prefix (prisma/migrations/20261124010000_encryption_key_prefixes).
 */
export const ENCRYPTED_COLUMNS: readonly EncryptedColumn[] = [ACCOUNT_NUMBER];
