import type { Writable } from 'node:stream';

import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { pino } from 'pino';
import { build as pretty } from 'pino-pretty';

import type { Config } from './config.ts';

/**
 * The server's log: JSON lines, or readable ones on a terminal. Tokens, cookies and the signatures of file URLs never
 * reach it.
 * @param output takes the JSON lines instead of the standard output
 */
export function createLog(config: Pick<Config, 'logLevel'>, output?: Writable): FastifyBaseLogger {
  const options = {
    level: config.logLevel,
    redact: ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'],
    serializers: { req: describeRequest },
  };
  if (output) return pino(options, output);
  return process.stdout.isTTY ? pino(options, pretty({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' })) : pino(options);
}

/** What the log says of a request. */
function describeRequest(request: FastifyRequest): object {
  const { method, host, ip, socket } = request;
  return { method, url: withoutSignature(request.url), host, remoteAddress: ip, remotePort: socket.remotePort };
}

/** A signed URL without its query: whoever has all of it may read the file. */
function withoutSignature(url: string): string {
  const queryStart = url.indexOf('?');
  return queryStart >= 0 && url.includes('signature=', queryStart) ? url.slice(0, queryStart) : url;
}
