import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';

import { AppError } from '../../errors.ts';
import { Upload } from '../../uploads.ts';

/** Bounds on what one form may hold. */
export const FORM_LIMITS = { fields: 200, files: 4 };
/** What boundaries and headers of parts may take beside text and files. */
export const FRAMING_BYTES = 64 * 1024;

export interface MultipartOptions {
  /** Where files are received; made when there is none. */
  directory: string;
  maximumUploadBytes: number;
  /** All text fields together. */
  maximumTextBytes: number;
  /** The fields that take a file. Files in others are read to their end and dropped. */
  fileFields: ReadonlySet<string>;
}

/** Stands in for a file in a field that takes none: not even a schema of numbers accepts it. */
const DROPPED_FILE = Number.NaN;

/**
 * Reads a multipart body. The paths of received files go into `request.temporaryFiles`, as soon as there may be one.
 * @returns fields as text and files as Uploads; of one name the last counts
 * @throws AppError for a body that is malformed, or beyond the limits
 */
export async function receiveMultipart(request: FastifyRequest, options: MultipartOptions): Promise<Record<string, unknown>> {
  const body = new Map<string, unknown>();
  const received: string[] = [];
  request.temporaryFiles = received;
  let textBytes = 0;
  const unbound = boundBody(request, options.maximumTextBytes + options.fileFields.size * options.maximumUploadBytes + FRAMING_BYTES);
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        textBytes += Buffer.byteLength(String(part.value));
        if (part.valueTruncated || textBytes > options.maximumTextBytes) throw new AppError('payload_too_large');
        body.set(part.fieldname, part.value);
      } else if (part.filename === '') {
        // What a browser sends for a file input that was left alone.
        part.file.resume();
      } else if (options.fileFields.has(part.fieldname)) {
        await mkdir(options.directory, { recursive: true });
        const path = join(options.directory, uuidv7());
        received.push(path);
        await pipeline(part.file, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
        const { bytesRead: byteCount, truncated: isTooLarge } = part.file;
        body.set(part.fieldname, new Upload({ path, fileName: part.filename, byteCount, isTooLarge, maximumBytes: options.maximumUploadBytes }));
      } else {
        part.file.resume();
        body.set(part.fieldname, DROPPED_FILE);
      }
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
    if (code.endsWith('_LIMIT')) throw new AppError('payload_too_large', { cause: error });
    if (code.startsWith('E')) throw error;
    throw new AppError('parse_error', { detail: 'Multipart form parse error', cause: error });
  } finally {
    unbound();
  }
  return Object.fromEntries(body);
}

/**
 * Ends a body that is longer than it may be, whatever its parts: files that are dropped count too.
 * @returns what takes the bound away
 * @throws AppError `payload_too_large` for a body that announces its length
 */
function boundBody({ raw }: FastifyRequest, maximumBytes: number): () => void {
  if (Number(raw.headers['content-length'] ?? 0) > maximumBytes) throw new AppError('payload_too_large');
  let receivedBytes = 0;
  const count = (chunk: Buffer): void => {
    receivedBytes += chunk.length;
    // The parser hears of it as of a broken connection, lets go of the request and fails with this error.
    if (receivedBytes > maximumBytes) raw.off('data', count).emit('error', new AppError('payload_too_large'));
  };
  raw.on('data', count);
  return () => raw.off('data', count);
}
