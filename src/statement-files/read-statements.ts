import { looksLikeOfx, readOfx } from './ofx.ts';
import { MAXIMUM_FILE_BYTES, StatementError } from './statement.ts';
import type { Statement } from './statement.ts';

/** A file format: how to know it by its content, and how to read it. */
interface Format {
  name: string;
  recognizes: (bytes: Uint8Array) => boolean;
  read: (bytes: Uint8Array) => Statement[];
}

const FORMATS: readonly Format[] = [{ name: 'OFX/QFX', recognizes: looksLikeOfx, read: readOfx }];

/**
 * Reads a bank file of any known format.
 * @param fileName only for messages; the format is known by the content.
 * @returns the statements in it, at least one.
 * @throws StatementError that names the file and says what is wrong.
 */
export function readStatements(fileName: string, bytes: Uint8Array): Statement[] {
  try {
    if (bytes.length === 0) throw new StatementError('it is empty');
    if (bytes.length > MAXIMUM_FILE_BYTES) throw new StatementError(`it is larger than ${MAXIMUM_FILE_BYTES / 1024 / 1024} MiB`);
    const format = FORMATS.find(({ recognizes }) => recognizes(bytes));
    if (format === undefined) throw new StatementError(`it is in no known format (${FORMATS.map(({ name }) => name).join(', ')})`);
    return format.read(bytes);
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw new StatementError(`${fileName}: ${error.message}`, { cause: error });
  }
}
