import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { FastifyBaseLogger } from 'fastify';

import { uploadsFolder } from '../uploads.ts';
import { SNIFFED_BYTES } from './image-format.ts';
import { partsOf, type StoredName } from './stored-name.ts';

/** The files that transactions carry, below the data directory. */
export class FileStore {
  readonly folder: string;

  constructor(dataDirectory: string) {
    this.folder = uploadsFolder(dataDirectory);
  }

  /**
   * Takes over a received file. It is on the disk before the database can refer to it.
   * @param path a file in the incoming folder
   */
  async keep(path: string, name: StoredName): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(path, this.pathOf(name));
  }

  /**
   * Removes files that nothing refers to any more: after the commit that let go of them, or when the transaction that
   * was to refer to them failed. What cannot be removed now is left to the sweep.
   */
  async remove(names: readonly StoredName[], log: FastifyBaseLogger): Promise<void> {
    for (const name of names) {
      await rm(this.pathOf(name), { force: true }).catch((error: unknown) => {
        log.warn({ err: error, file: partsOf(name).id }, 'could not remove a stored file');
      });
    }
  }

  private pathOf(name: StoredName): string {
    return join(this.folder, partsOf(name).id);
  }
}

/** The beginning of a file, by which its kind is told. */
export async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
