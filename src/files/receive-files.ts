import type { FastifyBaseLogger } from 'fastify';

import { issueOf, refuse, type Issue } from '../errors.ts';
import { UnknownFate } from '../mutations/commit-fate.ts';
import { Upload } from '../uploads.ts';
import type { FileKind } from './file-links.ts';
import { readHead, type FileStore } from './file-store.ts';
import { imageFormatOf } from './image-format.ts';
import { newStoredName, type StoredName } from './stored-name.ts';

/** What a request wants of one file field. Text is kept for later: it is right only if it is the file's present URL. */
export type FileChange = { action: 'keep' } | { action: 'remove' } | { action: 'store'; name: StoredName; byteCount: number } | { action: 'compare'; url: string };

/** A file field of a request: absent, null, text, or a received file. */
export type SentFile = Upload | string | null | undefined;

export type FileChanges = Record<FileKind, FileChange>;

/**
 * Checks and stores the files of a request, then does the work that makes a transaction refer to them. When the work
 * fails they are removed again, unless its fate is unknown: then the sweep decides, when the database can say.
 * @throws InvalidInput for files that are empty, too large, or no images, with nothing stored
 */
export async function withReceivedFiles<Result>(
  store: FileStore,
  sent: Record<FileKind, SentFile>,
  log: FastifyBaseLogger,
  work: (changes: FileChanges) => Promise<Result>,
): Promise<Result> {
  const image = await examine('image', sent.image);
  const document = await examine('document', sent.document);
  refuse([image.issue, document.issue]);

  const names = [image, document].flatMap(({ change }) => (change.action === 'store' ? [change.name] : []));
  try {
    for (const { change, path } of [image, document]) if (change.action === 'store' && path !== undefined) await store.keep(path, change.name);
    return await work({ image: image.change, document: document.change });
  } catch (error) {
    if (!(error instanceof UnknownFate)) await store.remove(names, log);
    throw error;
  }
}

interface Examined {
  change: FileChange;
  /** Where a file to store lies now. */
  path?: string;
  issue?: Issue;
}

async function examine(kind: FileKind, sent: SentFile): Promise<Examined> {
  if (sent === undefined) return { change: { action: 'keep' } };
  if (sent === null || sent === '') return { change: { action: 'remove' } };
  if (!(sent instanceof Upload)) return { change: { action: 'compare', url: sent } };
  const refused = (issue: Issue): Examined => ({ change: { action: 'keep' }, issue });
  if (sent.isTooLarge) return refused(issueOf(kind, 'file_too_large', { bytes: sent.maximumBytes }));
  if (sent.byteCount === 0) return refused(issueOf(kind, 'file_empty'));
  const format = kind === 'image' ? imageFormatOf(await readHead(sent.path)) : undefined;
  if (kind === 'image' && !format) return refused(issueOf(kind, 'not_an_image'));
  return { change: { action: 'store', name: newStoredName(sent.fileName, format?.extension), byteCount: sent.byteCount }, path: sent.path };
}
