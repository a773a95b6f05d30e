import { query } from '../db/database.ts';
import type { Tx } from '../mutations/transaction.ts';
import { issueOf, refuse, type Issue } from '../errors.ts';
import type { FileKind } from './file-links.ts';
import type { FileChanges } from './receive-files.ts';
import { partsOf, type StoredName } from './stored-name.ts';

// Uploads of one user wait for each other here, and for no one else's: else those side by side could pass the bound together.
const lockUser = query<object>('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE');
const sumBytes = query<{ bytes: string }>(`SELECT coalesce(sum(f.byte_count), 0) AS bytes
  FROM bank_account_owners o JOIN stored_files f ON f.bank_account_id = o.bank_account_id WHERE o.user_id = $1`);
const insertFile = query<object>('INSERT INTO stored_files (id, bank_account_id, byte_count) VALUES ($1, $2, $3)');
const deleteFiles = query<object>('DELETE FROM stored_files WHERE id = ANY($1::uuid[])');

/**
 * Notes the size of files that a transaction now refers to.
 * @param transaction its account, which is locked, and the user who sends them
 * @param maximumBytes what the files of all accounts that the user owns may have together
 * @throws InvalidInput on the fields of the files for which there is no room
 */
export async function recordFiles(tx: Tx, transaction: { bankAccountId: string; userId: number }, changes: FileChanges, maximumBytes: number): Promise<void> {
  const { image, document } = changes;
  if (image.action !== 'store' && document.action !== 'store') return;
  await tx.rows(lockUser, [transaction.userId]);
  let room = maximumBytes - Number((await tx.row(sumBytes, [transaction.userId]))?.bytes ?? 0);
  const issues: Issue[] = [];
  for (const [kind, change] of [['image', image], ['document', document]] satisfies [FileKind, unknown][]) {
    if (change.action !== 'store') continue;
    room -= change.byteCount;
    if (room < 0) issues.push(issueOf(kind, 'no_room_for_file', { maximum: maximumBytes }));
    else await tx.rows(insertFile, [partsOf(change.name).id, transaction.bankAccountId, change.byteCount]);
  }
  refuse(issues);
}

/** Forgets the size of files that nothing refers to any more, which makes room for others. */
export async function forgetFiles(tx: Tx, names: readonly StoredName[]): Promise<void> {
  if (names.length > 0) await tx.rows(deleteFiles, [names.map((name) => partsOf(name).id)]);
}
