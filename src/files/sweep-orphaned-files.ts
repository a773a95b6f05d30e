import { mkdir, opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { query, type Database } from '../db/database.ts';
import { incomingFolder, uploadsFolder } from '../uploads.ts';

const BATCH_FILES = 1_000;
/** Every file of ours is named by its id; whatever else someone put there stays. */
const ID_PATTERN = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const findUnused = query<{ id: string }>(`
SELECT f.id FROM unnest($1::text[]) AS f (id)
WHERE NOT EXISTS (SELECT FROM transactions t WHERE t.image IS NOT NULL AND split_part(t.image, '/', 1) = f.id)
  AND NOT EXISTS (SELECT FROM transactions t WHERE t.document IS NOT NULL AND split_part(t.document, '/', 1) = f.id)`);

/**
 * Removes files that a crash left behind: received but never stored, stored but never committed, let go of but not yet
 * removed.
 * @param olderThan younger files may belong to a request under way
 * @returns how many files were removed
 */
export async function sweepOrphanedFiles(db: Database, dataDirectory: string, olderThan: Date): Promise<number> {
  let removed = 0;
  const incoming = incomingFolder(dataDirectory);
  const uploads = uploadsFolder(dataDirectory);
  await mkdir(incoming, { recursive: true });
  for await (const batch of oldFiles(incoming, olderThan)) removed += await removeAll(incoming, batch);
  for await (const batch of oldFiles(uploads, olderThan)) {
    const unused = await db.rows(findUnused, [batch]);
    removed += await removeAll(uploads, unused.map(({ id }) => id));
  }
  return removed;
}

/** The names of a folder's old files, some at a time, so that any number fits into memory. */
async function* oldFiles(folder: string, olderThan: Date): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const entry of await opendir(folder)) {
    if (!ID_PATTERN.test(entry.name) || !(await isOlder(join(folder, entry.name), olderThan))) continue;
    batch.push(entry.name);
    if (batch.length < BATCH_FILES) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function isOlder(path: string, olderThan: Date): Promise<boolean> {
  try {
    return (await stat(path)).mtime < olderThan;
  } catch (error) {
    // Gone meanwhile: a request that has ended removed it itself.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function removeAll(folder: string, names: readonly string[]): Promise<number> {
  for (const name of names) await rm(join(folder, name), { force: true });
  return names.length;
}
