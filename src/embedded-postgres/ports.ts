import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';

import { EmbeddedPostgresError } from './error.ts';

/** Below the ranges from which systems take ports for outgoing connections, so that it is still free after a restart. */
const portRange = { first: 15_000, count: 17_000 };

/**
 * Finds a port that nobody listens on.
 *
 * @throws EmbeddedPostgresError when a hundred ports are taken
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = portRange.first + (randomBytes(4).readUInt32LE() % portRange.count);
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError('No free port was found for the embedded Postgres.');
}

/** Tells whether a port of 127.0.0.1 can be listened on now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
