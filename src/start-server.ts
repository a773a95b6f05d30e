import type { FastifyBaseLogger } from 'fastify';

import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { systemClock, type Clock } from './dates.ts';
import { openDatabase } from './db/open-database.ts';
import { migrate } from './db/migrate.ts';
import { startBackgroundJobs } from './jobs/background-jobs.ts';
import { Linker } from './jobs/linker.ts';
import { anyoneCanLogIn } from './users/user-accounts.ts';
import { UserCache } from './users/user-cache.ts';

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, without a slash at its end. */
  url: string;
  /** False on a new server: its users are made with the command line. */
  anyoneCanLogIn: boolean;
  /** Answers the requests under way, then stops jobs, connections and the embedded Postgres. */
  close(): Promise<void>;
}

export interface StartOptions {
  log: FastifyBaseLogger;
  clock?: Clock;
}

/**
 * Starts the server: database, migrations, app, jobs, listen; and stops what it started when a step fails.
 */
export async function startServer(config: Config, { log, clock = systemClock }: StartOptions): Promise<RunningServer> {
  const database = await openDatabase(config, log);
  const { db } = database;
  const undo: (() => Promise<void>)[] = [() => database.close()];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const applied = await migrate(db.pool);
    if (applied.length > 0) log.info({ migrations: applied }, 'migrated');
    const linker = new Linker(db, (error) => { log.warn({ err: error }, 'could not wake the search for linked transactions'); });
    undo.push(() => linker.settled());
    if (config.jobs) {
      const jobs = await startBackgroundJobs({ config, db, clock, log });
      undo.push(() => jobs.stop());
    }
    const users = new UserCache(db, (error) => { log.warn({ err: error }, 'lost the connection that listens for changes of users'); });
    undo.push(() => users.stop());
    const app = await buildApp({ config, db, clock, linker, users }, log);
    undo.push(() => app.close());
    const url = await app.listen({ host: config.host, port: config.port });
    return { url, anyoneCanLogIn: await anyoneCanLogIn(db), close };
  } catch (error) {
    await close();
    throw error;
  }
}
