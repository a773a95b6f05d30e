import type { FastifyBaseLogger } from 'fastify';

import { buildApp } from './app.ts';
import { ConfigError, type Config } from '../config.ts';
import { systemClock, type Clock } from '../dates.ts';
import { findUnreadableValue } from '../encryption-keys/check-encryption-keys.ts';
import type { Database } from '../db/database.ts';
import { codeOf, isConnectionLost } from '../db/failures.ts';
import { prepareDatabase } from '../db/prepare-database.ts';
import { hasStatementTimeout } from '../db/session-settings.ts';
import { openDatabase } from '../embedded-postgres/open-database.ts';
import { startBackgroundJobs } from './background-jobs.ts';
import { closeServer, type ServerParts } from './close-server.ts';
import { Linker } from '../linking/linker.ts';
import type { FieldEncryption } from '../security/field-encryption.ts';
import { buildServices } from './services.ts';
import { anyoneCanLogIn } from '../users/user-summaries.ts';
import { UserCache } from '../auth/user-cache.ts';

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, without a slash at its end. */
  url: string;
  /** False on a new server: its users are made with the command line. */
  anyoneCanLogIn: boolean;
  /** Ends it, and cuts short what takes too long: see `closeServer`. */
  close(): Promise<void>;
}

export interface StartOptions {
  log: FastifyBaseLogger;
  clock?: Clock;
}

/**
 * Starts the server: database, migrations, app, jobs, listen; and stops what it started when a step fails.
 * @throws ConfigError when the configured database, address or encryption keys cannot be used
 */
export async function startServer(config: Config, { log, clock = systemClock }: StartOptions): Promise<RunningServer> {
  const database = await openDatabase(config, log);
  const { db } = database;
  const parts: ServerParts = { log, database };
  const close = (): Promise<void> => closeServer(parts);
  try {
    const applied = await prepareDatabase(db, config, (line) => { log.info(line); }).catch((error: unknown) => { throw databaseFailure(error, config); });
    if (applied.length > 0) log.info({ migrations: applied }, 'migrated');
    if (!(await hasStatementTimeout(db.pool))) log.warn('statements outside of transactions have no statement_timeout: set one as docs/operations.md says');
    const linker = new Linker(db, (error) => { log.warn({ err: error }, 'could not wake the search for linked transactions'); });
    parts.linker = linker;
    const users = new UserCache(db, (error) => { log.warn({ err: error }, 'lost the connection that listens for changes of users'); });
    parts.users = users;
    const services = buildServices({ config, db, clock, linker, users }, log);
    await requireEncryptionKeys(db, services.encryption);
    if (config.jobs) parts.jobs = await startBackgroundJobs(services, log);
    const app = await buildApp(services, log);
    parts.app = app;
    const url = await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
      throw new ConfigError('HOST and PORT', `must be an address of this machine that is free (${codeOf(error) ?? 'unknown error'})`);
    });
    return { url, anyoneCanLogIn: await anyoneCanLogIn(db), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** SQLSTATE classes of a refused login, and of a database that does not exist. */
const REFUSED = /^(28|3D)/;

/** What stops the start at the first use of the database: a DATABASE_URL that leads nowhere is the configuration's fault. */
function databaseFailure(error: unknown, config: Config): unknown {
  const code = codeOf(error) ?? '';
  if (config.databaseUrl === undefined || !(isConnectionLost(error) || REFUSED.test(code))) return error;
  const variables = config.directDatabaseUrl === undefined ? 'DATABASE_URL' : 'DATABASE_URL and MIBUDGE_DIRECT_DATABASE_URL';
  return new ConfigError(variables, `must be a database that can be reached and opened (${code || 'no connection'})`);
}

/** With a wrong key every list of accounts would be a 500: better not to begin. */
async function requireEncryptionKeys(db: Database, encryption: FieldEncryption): Promise<void> {
  const unreadable = await findUnreadableValue(db, encryption);
  if (!unreadable) return;
  const { column, rowId, reason } = unreadable;
  throw new ConfigError('MIBUDGE_ENCRYPTION_KEYS', `must decrypt what is stored, but does not decrypt ${column.table}.${column.column} of ${rowId}: ${reason}`);
}
