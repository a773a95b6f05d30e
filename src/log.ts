import type { FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';
import { build as pretty } from 'pino-pretty';

import type { Config } from './config.ts';

/** The server's log: JSON lines, or readable ones on a terminal. Tokens and cookies never reach it. */
export function createLog(config: Pick<Config, 'logLevel'>): FastifyBaseLogger {
  const options = { level: config.logLevel, redact: ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'] };
  return process.stdout.isTTY ? pino(options, pretty({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' })) : pino(options);
}
