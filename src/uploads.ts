import { join } from 'node:path';

/** The folder of stored files, below the data directory. */
export function uploadsFolder(dataDirectory: string): string {
  return join(dataDirectory, 'uploads');
}

/** Where uploads are received, on the same file system, so that storing one is a rename. */
export function incomingFolder(dataDirectory: string): string {
  return join(uploadsFolder(dataDirectory), 'incoming');
}

/** A file of a multipart body, received into a temporary file that is gone when the answer is sent. */
export class Upload {
  readonly path: string;
  /** As the client named it. */
  readonly fileName: string;
  readonly byteCount: number;
  /** True when the file was longer than the configured maximum and was cut off there. */
  readonly isTooLarge: boolean;
  /** The configured maximum. */
  readonly maximumBytes: number;

  constructor(received: { path: string; fileName: string; byteCount: number; isTooLarge: boolean; maximumBytes: number }) {
    this.path = received.path;
    this.fileName = received.fileName;
    this.byteCount = received.byteCount;
    this.isTooLarge = received.isTooLarge;
    this.maximumBytes = received.maximumBytes;
  }
}
