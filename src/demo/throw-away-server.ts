import { pino } from 'pino';
import { createBank } from '../banks/create-bank.ts';
import { loadConfig } from '../config.ts';
import type { Clock } from '../dates.ts';
import { Database } from '../db/database.ts';
import { openThrowAwayPostgres } from '../embedded-postgres/embedded-postgres.ts';
import { startServer } from '../main/start-server.ts';
import { createUser } from '../users/create-user.ts';

/** A server with everything it keeps in a temporary folder. */
export interface ThrowAwayServer {
  url: string;
  /** The database behind it, for what only the command line can make. */
  databaseUrl: string;
  /** Stops the server and its Postgres, and removes the folder. */
  close(): Promise<void>;
}

/**
 * Starts the real server on a Postgres of its own, on any free port unless HOST and PORT say otherwise. Errors of
 * the server go to standard error.
 * @param environment as `processEnvironment()` gives it; everything else in it is left alone.
 */
export async function startThrowAwayServer(environment: NodeJS.ProcessEnv, clock: Clock): Promise<ThrowAwayServer> {
  const postgres = await openThrowAwayPostgres();
  try {
    const config = loadConfig({
      HOST: environment['HOST'],
      PORT: environment['PORT'] ?? '0',
      DATABASE_URL: postgres.connectionString,
      MIBUDGE_DATA_DIR: postgres.dataDirectory,
      LOG_LEVEL: 'error',
    });
    const server = await startServer(config, { log: pino({ level: config.logLevel }, pino.destination(2)), clock });
    return {
      url: server.url,
      databaseUrl: postgres.connectionString,
      close: async () => {
        try {
          await server.close();
        } finally {
          await postgres.stop();
        }
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Who logs in to the demonstration, and which bank there is. */
export interface DemoPeople {
  username: string;
  password: string;
  timezone: string;
  bank: string;
}

/** Makes the user and the bank with the functions of the command line, the only things that no client can make. */
export async function makeUserAndBank(databaseUrl: string, { username, password, timezone, bank }: DemoPeople): Promise<void> {
  const db = new Database(databaseUrl, { maximumConnections: 1 });
  try {
    await createUser(db, { username, password, timezone, name: 'Demo' });
    await createBank(db, { name: bank });
  } finally {
    await db.close();
  }
}
