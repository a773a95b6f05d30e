import { loadConfig, type Config } from '../config.ts';
import { systemClock } from '../dates.ts';
import type { Database } from '../db/database.ts';
import { prepareDatabase } from '../db/prepare-database.ts';
import { openDatabase } from '../embedded-postgres/open-database.ts';
import { Mutations } from '../mutations/mutate.ts';

/** A command works with few connections, so that it leaves the server's alone. */
const COMMAND_CONNECTIONS = 4;

/** What a command works with. */
export interface CommandServices {
  db: Database;
  /** The one door for changes. What follows a commit is left to the servers: they hear of changed users, and search every minute. */
  mutations: Mutations;
  config: Config;
}

/**
 * Runs a command's work on the database that the server uses, brought up to date first, and closes it. Beside a running
 * server the embedded Postgres is shared; alone it is started, and stopped at the end.
 * @returns what the work returned
 */
export async function withDatabase<Result>(work: (services: CommandServices) => Promise<Result>): Promise<Result> {
  const config = loadConfig();
  const database = await openDatabase(config, undefined, { maximumConnections: COMMAND_CONNECTIONS });
  try {
    const { db } = database;
    // Not where a command's result goes, which may be JSON.
    await prepareDatabase(db, config, (line) => { process.stderr.write(`${line}\n`); });
    return await work({ db, config, mutations: new Mutations({ db, clock: systemClock, makeHappen: () => Promise.resolve() }) });
  } finally {
    await database.close();
  }
}
