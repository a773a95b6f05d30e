import { SharedPostgres, type EmbeddedPostgresLogger, type EmbeddedPostgresOptions } from './shared-postgres.ts';
import { makeThrowAwayFolder } from './throw-away-folder.ts';

export { EmbeddedPostgresError } from './error.ts';
export type { EmbeddedPostgresLogger, EmbeddedPostgresOptions } from './shared-postgres.ts';

/** A running Postgres of our own, perhaps shared with other processes. */
export interface EmbeddedPostgres {
  /**
   * The database of the server, as its owner. It stays the same when Postgres is started again, unless another program
   * took the port in between.
   */
  readonly connectionString: string;
  /** Waits until Postgres runs, and starts it if need be. Its loss is noticed and mended without being asked, too. */
  ensureRunning(): Promise<void>;
  /**
   * Lets go of Postgres, and stops it unless another process or any other client is connected. Close this process's own
   * pools before.
   *
   * @returns what became of Postgres
   */
  stop(): Promise<'stopped' | 'left running'>;
}

/** A Postgres that is gone, with all that is in it, when the process that opened it stops it or ends in any other way. */
export interface ThrowAwayPostgres extends EmbeddedPostgres {
  /** The temporary folder of its cluster, in which its owner may keep more that is to go with it. */
  readonly dataDirectory: string;
}

/**
 * Makes Postgres run on a data folder: creates the cluster and the database the first time, joins the server that
 * another process started, recovers what was killed.
 *
 * @param options where, and how careful
 * @returns the running Postgres
 * @throws EmbeddedPostgresError with one line that says what is in the way
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  return SharedPostgres.open(options);
}

/**
 * Starts a Postgres for a demonstration or a test run: quick, not durable, and in a temporary folder, which the user it
 * runs as can enter even where the project's own folder is closed.
 *
 * @param logger told about Postgres coming and going
 * @returns the running Postgres; its `stop` ends every session and removes the folder
 * @throws EmbeddedPostgresError with one line that says what is in the way
 */
export async function openThrowAwayPostgres(logger?: EmbeddedPostgresLogger): Promise<ThrowAwayPostgres> {
  const folder = await makeThrowAwayFolder();
  try {
    const postgres = await SharedPostgres.open({ dataDirectory: folder.path, durable: false, logger });
    return {
      get connectionString() {
        return postgres.connectionString;
      },
      dataDirectory: folder.path,
      ensureRunning: () => postgres.ensureRunning(),
      stop: async () => {
        await postgres.abandon();
        await folder.remove();
        return 'stopped';
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
