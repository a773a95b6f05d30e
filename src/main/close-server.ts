import { setTimeout as delay } from 'node:timers/promises';

import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

import type { UserCache } from '../auth/user-cache.ts';
import type { OpenDatabase } from '../embedded-postgres/open-database.ts';
import type { JobRunner } from '../jobs/run-jobs.ts';
import type { Linker } from '../linking/linker.ts';

/** Requests and jobs that are under way when the server is told to end may take this long to end by themselves. */
export const GRACE_MILLISECONDS = 5_000;
/** Then their statements are cancelled, and what comes of that may take this long to be answered. */
const FAREWELL_MILLISECONDS = 1_500;
const CANCEL_INTERVAL_MILLISECONDS = 250;

/** What makes up a server, as far as it has been started. */
export interface ServerParts {
  log: FastifyBaseLogger;
  database: OpenDatabase;
  linker?: Linker;
  jobs?: JobRunner;
  users?: UserCache;
  app?: FastifyInstance;
}

/**
 * Ends a server. It takes no more connections and no more jobs; requests and jobs under way get five seconds. After that the
 * jobs are handed back, the statements of both are cancelled, so that a request is answered with 503 and nothing is left
 * running in Postgres, and the connections are closed.
 * @throws what a part threw when it ended
 */
export async function closeServer(parts: ServerParts): Promise<void> {
  const { log, database, linker, jobs, users, app } = parts;
  const work = [Promise.resolve(app?.close()), Promise.resolve(jobs?.stop())];
  const ended = Promise.allSettled(work);
  const endedInTime = await endsWithin(ended, GRACE_MILLISECONDS);
  if (!endedInTime) {
    log.warn('requests or jobs are still under way: they are cut short');
    await cutShort(parts, ended);
  }
  try {
    await linker?.settled();
    await users?.stop();
  } finally {
    await database.close();
  }
  // Work that was cut short may never end: nobody waits for it.
  if (endedInTime) await Promise.all(work);
}

async function cutShort({ log, database, jobs, app }: ServerParts, ended: Promise<unknown>): Promise<void> {
  const farewell = new AbortController();
  const cancelling = cancelWork(database, jobs, farewell.signal).catch((error: unknown) => {
    log.warn({ err: error }, 'could not hand back jobs and cancel statements');
  });
  await endsWithin(Promise.allSettled([ended, cancelling]), FAREWELL_MILLISECONDS);
  farewell.abort();
  app?.server.closeAllConnections();
}

/** Cancels again and again, because work that was between two statements goes on to the next one. */
async function cancelWork({ db }: OpenDatabase, jobs: JobRunner | undefined, signal: AbortSignal): Promise<void> {
  // First, so that a job which fails now is not counted as failed.
  await jobs?.handBack();
  while (!signal.aborted) {
    await db.cancelQueries();
    await delay(CANCEL_INTERVAL_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}

async function endsWithin(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([work.then(() => true), delay(milliseconds, false, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
