import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Reads a key from a file, making a random one of 256 bits first where there is none. Two processes that start at once get
 * the same key: the file appears whole under its name, by a hard link that only one of them can make.
 * @param directory made if missing.
 * @param name of the file, which only its owner may read.
 * @returns the file's text, trimmed.
 * @throws a file system error when the folder cannot be written or the file not read.
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
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
