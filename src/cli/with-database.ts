import { loadConfig, type Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { prepareDatabase } from '../db/prepare-database.ts';
import { openDatabase } from '../embedded-postgres/open-database.ts';

/** A command works with few connections, so that it leaves the server's alone. */
const COMMAND_CONNECTIONS = 4;

/**
 * Runs a command's work on the database that the server uses, brought up to date first, and closes it. Beside a running
 * server the embedded Postgres is shared; alone it is started, and stopped at the end.
 * @param work gets the database and the configuration
 * @returns what the work returned
 */
export async function withDatabase<Result>(work: (db: Database, config: Config) => Promise<Result>): Promise<Result> {
  const config = loadConfig();
  const database = await openDatabase(config, undefined, { maximumConnections: COMMAND_CONNECTIONS });
  try {
    // Not where a command's result goes, which may be JSON.
    await prepareDatabase(database.db, config, (line) => { process.stderr.write(`${line}\n`); });
    return await work(database.db, config);
  } finally {
    await database.close();
  }
}
