import { FieldDecryptionError, KEY_PREFIX_CHARACTERS, type FieldEncryption } from '../security/field-encryption.ts';
import { query, type Queryable, type Query } from '../db/database.ts';
import { ENCRYPTED_COLUMNS, type EncryptedColumn } from './encrypted-columns.ts';

/** A stored value that no configured key decrypts. */
export interface UnreadableValue {
  column: EncryptedColumn;
  rowId: string;
  /** Why, in a sentence. */
  reason: string;
}

interface Sample {
  id: string;
  encrypted: string;
}

/** One value for each key and format in use: from one prefix the index leads to the next, however many rows have it. */
function findSamples({ table, column }: EncryptedColumn): Query<Sample> {
  const prefix = `left(t.${column}, ${KEY_PREFIX_CHARACTERS})`;
  const first = `SELECT ${prefix} AS prefix, t.id, t.${column} AS encrypted FROM ${table} t WHERE t.${column} IS NOT NULL`;
  return query(`
WITH RECURSIVE samples AS (
  (${first} ORDER BY 1 LIMIT 1)
  UNION ALL
  SELECT further.* FROM samples CROSS JOIN LATERAL (${first} AND ${prefix} > samples.prefix ORDER BY 1 LIMIT 1) further
)
SELECT id, encrypted FROM samples`);
}

/**
 * Decrypts one stored value for each key in use.
 * @returns the first that cannot be read, or undefined when all keys are there
 */
export async function findUnreadableValue(db: Queryable, encryption: FieldEncryption): Promise<UnreadableValue | undefined> {
  for (const column of ENCRYPTED_COLUMNS) {
    for (const { id, encrypted } of await db.rows(findSamples(column))) {
      try {
        encryption.decrypt(encrypted, column, id);
      } catch (error) {
        if (!(error instanceof FieldDecryptionError)) throw error;
        return { column, rowId: id, reason: error.message };
      }
    }
  }
  return undefined;
}
