import type { FastifyBaseLogger } from 'fastify';

import type { Config } from '../config.ts';
import { Database, type DatabaseOptions } from '../db/database.ts';
import { openEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts';

/** The configured database, ready to use; on the embedded Postgres when no DATABASE_URL is set. */
export interface OpenDatabase {
  db: Database;
  /** Undefined with a DATABASE_URL. */
  embedded: EmbeddedPostgres | undefined;
  /** Closes the connections, and lets go of the embedded Postgres. */
  close(): Promise<void>;
}

/**
 * Opens the database that the configuration names. The server and every command of the CLI use the same: a second
 * process joins the embedded Postgres that the first one started.
 */
export async function openDatabase(config: Config, log?: FastifyBaseLogger, options: DatabaseOptions = {}): Promise<OpenDatabase> {
  const embedded =
    config.databaseUrl === undefined
      ? await openEmbeddedPostgres({
          dataDirectory: config.dataDirectory,
          durable: true,
          logger: log && { info: (message) => { log.info(message); }, warn: (message) => { log.warn(message); } },
        })
      : undefined;
  const db = new Database(config.databaseUrl ?? embedded?.connectionString ?? '', {
    directConnectionString: config.directDatabaseUrl,
    onConnectionError: (error) => log?.warn({ err: error }, 'lost an idle database connection'),
    ...options,
  });
  return {
    db,
    embedded,
    close: async () => {
      try {
        await db.close();
      } finally {
        await embedded?.stop();
      }
    },
  };
}
