import { NIL } from 'uuid';

import { FieldDecryptionError, KEY_PREFIX_CHARACTERS, type FieldEncryption } from '../security/field-encryption.ts';
import { query, type Query } from '../db/database.ts';
import { ENCRYPTED_COLUMNS, type EncryptedColumn } from './encrypted-columns.ts';
import type { Mutations } from '../mutations/mutate.ts';
import type { Tx } from '../mutations/transaction.ts';

/** What became of one column's values. */
export interface ReEncryptedColumn {
  table: string;
  column: string;
  /** Values that are encrypted with the first key now and were not before. */
  moved: number;
  /** Rows whose values no configured key decrypts; they stay as they were. */
  unreadable: string[];
}

interface Batch {
  query: Query<StoredValue>;
  rows: number;
}

interface StoredValue {
  id: string;
  encrypted: string;
}

/** Rows that are locked together for the few milliseconds in which they change. */
const ROWS_AT_ONCE = 100;

/**
 * Encrypts every stored value that is under another key than the first, or in an older format, anew, and moves its blind
 * index along. Each batch is a transaction of its own: what was interrupted goes on where it stopped. Beside running
 * servers, rows that someone holds are passed over at first and waited for one by one in the end.
 * @param rowsAtOnce size of a batch
 * @throws what pg throws (`isUnavailable`) when a row stays locked for too long
 */
export async function reEncrypt(mutations: Mutations, encryption: FieldEncryption, rowsAtOnce = ROWS_AT_ONCE): Promise<ReEncryptedColumn[]> {
  const done: ReEncryptedColumn[] = [];
  for (const column of ENCRYPTED_COLUMNS) {
    const free = await walk(mutations, encryption, column, { query: findOutdated(column, 'FOR UPDATE SKIP LOCKED'), rows: rowsAtOnce });
    const left = await walk(mutations, encryption, column, { query: findOutdated(column, 'FOR UPDATE'), rows: 1 });
    done.push({ table: column.table, column: column.column, moved: free.moved + left.moved, unreadable: left.unreadable });
  }
  return done;
}

// $1 the row that the batch before ended with, $2 the prefix of what is current, $3 rows
function findOutdated({ table, column }: EncryptedColumn, lock: string): Query<StoredValue> {
  return query(`SELECT id, ${column} AS encrypted FROM ${table}
WHERE id > $1 AND left(${column}, ${KEY_PREFIX_CHARACTERS}) <> $2 ORDER BY id LIMIT $3 ${lock}`);
}

/** Goes through a column's outdated values by id. */
async function walk(mutations: Mutations, encryption: FieldEncryption, column: EncryptedColumn, batch: Batch): Promise<{ moved: number; unreadable: string[] }> {
  const total = { moved: 0, unreadable: [] as string[] };
  for (let last: string | undefined = NIL; last !== undefined; ) {
    const after: string = last;
    const done = await mutations.run(async (tx) => {
      const values = await tx.rows(batch.query, [after, encryption.currentPrefix, batch.rows]);
      return { last: values.at(-1)?.id, ...(await move(tx, encryption, column, values)) };
    });
    last = done.last;
    total.moved += done.moved;
    total.unreadable.push(...done.unreadable);
  }
  return total;
}

async function move(tx: Tx, encryption: FieldEncryption, column: EncryptedColumn, values: StoredValue[]): Promise<{ moved: number; unreadable: string[] }> {
  const ids: string[] = [];
  const encrypted: string[] = [];
  const hashes: string[] = [];
  const unreadable: string[] = [];
  for (const value of values) {
    const text = textOf(value, encryption, column);
    if (text === undefined) unreadable.push(value.id);
    else {
      ids.push(value.id);
      encrypted.push(encryption.encrypt(text, column, value.id));
      hashes.push(encryption.blindIndex(text).current);
    }
  }
  if (ids.length > 0) await tx.rows(storeAnew(column), [ids, encrypted, hashes]);
  return { moved: ids.length, unreadable };
}

// $1 ids, $2 encrypted values, $3 blind indexes, which a column without them leaves alone
function storeAnew({ table, column, blindIndexColumn }: EncryptedColumn): Query<object> {
  const blindIndex = blindIndexColumn === null ? '' : `, ${blindIndexColumn} = n.hash`;
  return query(`UPDATE ${table} t SET ${column} = n.encrypted${blindIndex}
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS n(id, encrypted, hash) WHERE t.id = n.id`);
}

function textOf({ id, encrypted }: StoredValue, encryption: FieldEncryption, column: EncryptedColumn): string | undefined {
  try {
    return encryption.decrypt(encrypted, column, id);
  } catch (error) {
    if (error instanceof FieldDecryptionError) return undefined;
    throw error;
  }
}
