import { v7 as uuidv7 } from 'uuid';

const MAXIMUM_NAME_CHARACTERS = 100;
/** As much of the end of a client's name as is looked at: control characters in it may go. */
const MAXIMUM_ORIGINAL_LENGTH = 1_000;

/**
 * How the database names a stored file: `<id>/<file name>`. On disk it is just the id, so that no name that a client
 * chose ever becomes a path; the file name is what a browser saves it as.
 */
export type StoredName = string;

/**
 * Makes the name of a new stored file.
 * @param original the name that the client gave it
 * @param extension replaces the original one where the content says what the file is
 */
export function newStoredName(original: string, extension?: string): StoredName {
  const cleaned = cleanFileName(original);
  return `${uuidv7()}/${extension === undefined ? cleaned : `${cleaned.replace(/\.[^.]*$/, '')}.${extension}`}`;
}

/** @returns the id, which is the file's name on disk, and the name it is shown by */
export function partsOf(name: StoredName): { id: string; fileName: string } {
  const slash = name.indexOf('/');
  return { id: name.slice(0, slash), fileName: name.slice(slash + 1) };
}

/** The last part of a path, without control characters and characters that file systems refuse, never empty or hidden. */
function cleanFileName(original: string): string {
  const last = original.slice(-MAXIMUM_ORIGINAL_LENGTH).toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const allowed = Array.from(last.replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '').trim());
  const cleaned = allowed.slice(-MAXIMUM_NAME_CHARACTERS).join('').replace(/^[\s.]+/, '');
  return cleaned === '' ? 'file' : cleaned;
}
