import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A key file that others than its owner may read or change. */
export class ExposedKeyFileError extends Error {
  readonly file: string;

  constructor(file: string) {
    super(`others may read or change ${file}`);
    this.name = 'ExposedKeyFileError';
    this.file = file;
  }
}

/** The permissions of group and others. */
const NOT_THE_OWNERS = 0o077;

/**
 * Reads a key from a file, making a random one of 256 bits first where there is none. Two processes that start at once get
 * the same key: the file appears whole under its name, by a hard link that only one of them can make.
 * @param directory made if missing.
 * @param name of the file, which only its owner may read.
 * @returns the file's text, trimmed.
 * @throws ExposedKeyFileError for a file that is not its owner's alone; a file system error when the folder cannot be written or the file not read.
 */
export function readOrCreateKeyFile(directory: string, name: string): string {
  const file = join(directory, name);
  const present = readIfPresent(file);
  if (present !== undefined) return present;

  mkdirSync(directory, { recursive: true });
  const draft = join(directory, `.${name}.${randomBytes(8).toString('hex')}`);
  try {
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeSync(descriptor, `${randomBytes(32).toString('base64url')}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8').trim();
}

function readIfPresent(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    // Windows has no such bits, and shows all of them as set.
    if (process.platform !== 'win32' && (fstatSync(descriptor).mode & NOT_THE_OWNERS) !== 0) throw new ExposedKeyFileError(file);
    return readFileSync(descriptor, 'utf8').trim();
  } finally {
    closeSync(descriptor);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
