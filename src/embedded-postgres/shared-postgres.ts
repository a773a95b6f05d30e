import { mkdir, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

import { openForAccount, postgresUser } from './account.ts';
import { findBinaries } from './binaries.ts';
import { clusterName, clusterPath, type ClusterSettings } from './cluster.ts';
import { createClusterIfMissing } from './create-cluster.ts';
import { EmbeddedPostgresError } from './error.ts';
import { withFileLock } from './file-lock.ts';
import { readPostmaster } from './postmaster.ts';
import { joinPostgres, type Presence } from './presence.ts';
import { startCluster, stopCluster } from './run-cluster.ts';

/** What is told about Postgres coming and going; a pino logger fits. */
export interface EmbeddedPostgresLogger {
  info(message: string): void;
  warn(message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** The folder that holds the cluster, its password and its lock; made when missing. */
  dataDirectory: string;
  /** Whether a committed transaction survives a power failure (fsync). */
  durable: boolean;
  logger?: EmbeddedPostgresLogger | undefined;
}

/** How long this process's own closed connections may take to vanish from Postgres's list of sessions. */
const farewellMilliseconds = 2_000;

const retryMilliseconds = 250;

/**
 * One process's hold on the Postgres of a data folder. Everything that starts, joins or stops it happens under the data
 * folder's lock, so that processes never disagree about whether it runs.
 */
export class SharedPostgres {
  readonly #settings: ClusterSettings;
  readonly #logger: EmbeddedPostgresLogger | undefined;
  #connectionString = '';
  #presence: Presence | null = null;
  #starting: Promise<void> | null = null;
  #stopping = false;

  private constructor(settings: ClusterSettings, logger: EmbeddedPostgresLogger | undefined) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Starts or joins. Throws EmbeddedPostgresError with one line that says what is in the way. */
  static async open({ dataDirectory, durable, logger }: EmbeddedPostgresOptions): Promise<SharedPostgres> {
    const settings = await prepare(dataDirectory, durable);
    const postgres = new SharedPostgres(settings, logger);
    await postgres.ensureRunning();
    return postgres;
  }

  /** The server's database, as its owner; changes only when another program took the port while Postgres was down. */
  get connectionString(): string {
    return this.#connectionString;
  }

  /** Waits until Postgres runs, and starts it if need be. */
  ensureRunning(): Promise<void> {
    if (this.#stopping) return Promise.reject(new EmbeddedPostgresError('The embedded Postgres was given up.'));
    if (this.#presence !== null) return Promise.resolve();
    this.#starting ??= this.#locked(() => this.#joinOrStart())
      .catch((error: unknown) => {
        throw asEmbeddedPostgresError(error, 'The embedded Postgres cannot be used');
      })
      .finally(() => {
        this.#starting = null;
      });
    return this.#starting;
  }

  /** Lets go, and stops Postgres if nobody else is connected. */
  async stop(): Promise<'stopped' | 'left running'> {
    this.#stopping = true;
    await this.#starting?.catch(() => undefined);
    return this.#locked(async () => {
      const presence = this.#presence;
      if (presence === null) return 'left running';
      const alone = await isAlone(presence).catch(() => false);
      this.#presence = null;
      await presence.leave();
      if (!alone) return 'left running';
      await stopCluster(this.#settings);
      return 'stopped';
    });
  }

  /** Lets go without stopping Postgres, and no longer minds its end. */
  async abandon(): Promise<void> {
    this.#stopping = true;
    await this.#starting?.catch(() => undefined);
    await this.#presence?.leave();
    this.#presence = null;
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(lockPath(this.#settings.dataDirectory), work);
  }

  async #joinOrStart(): Promise<void> {
    const password = await createClusterIfMissing(this.#settings);
    const cluster = clusterPath(this.#settings.dataDirectory);
    const found = await readPostmaster(cluster);
    if (found?.alive === true && (await this.#join(found.port, password))) return;
    const port = await startCluster(this.#settings, found?.port ?? null);
    this.#logger?.info(`started the embedded Postgres on port ${port}`);
    if (!(await this.#join(port, password))) {
      throw new EmbeddedPostgresError('The embedded Postgres went away while it was starting.');
    }
  }

  /** Connects to the server on that port; false when it went away meanwhile. */
  async #join(port: number, password: string): Promise<boolean> {
    const cluster = clusterPath(this.#settings.dataDirectory);
    const server = `postgresql://${clusterName}:${password}@127.0.0.1:${port}`;
    const presence = await joinPostgres(
      `${server}/postgres?sslmode=disable`,
      async () => (await readPostmaster(cluster))?.alive === true,
      () => {
        this.#lost();
      },
    );
    if (presence === null) return false;
    this.#presence = presence;
    this.#connectionString = `${server}/${clusterName}?sslmode=disable`;
    await createDatabaseIfMissing(`${server}/postgres?sslmode=disable`);
    return true;
  }

  #lost(): void {
    this.#presence = null;
    if (this.#stopping) return;
    this.#logger?.warn('lost the embedded Postgres; starting it again');
    void this.#recover();
  }

  async #recover(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.ensureRunning();
        return;
      } catch (error) {
        this.#logger?.warn(error instanceof Error ? error.message : String(error));
        await delay(retryMilliseconds, undefined, { ref: false });
      }
    }
  }
}

async function prepare(dataDirectory: string, durable: boolean): Promise<ClusterSettings> {
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    // Folders above may be links, and rights are a matter of the real ones.
    const real = await realpath(dataDirectory);
    await makeLockFile(real);
    const account = await postgresUser(real);
    if (account !== null) await openForAccount(real, account);
    return { dataDirectory: real, account, durable, binaries: await findBinaries(account) };
  } catch (error) {
    throw asEmbeddedPostgresError(error, `The data folder ${dataDirectory} cannot be used`);
  }
}

/** The lock belongs to the owner of the folder even when root comes first, for the owner could not take it otherwise. */
async function makeLockFile(dataDirectory: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDirectory);
  const file = await open(lockPath(dataDirectory), 'a', 0o600);
  await file.chown(uid, gid);
  await file.close();
}

function lockPath(dataDirectory: string): string {
  return join(dataDirectory, 'postgres.lock');
}

/** One line for a person, whatever went wrong. */
function asEmbeddedPostgresError(error: unknown, what: string): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error;
  return new EmbeddedPostgresError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

async function isAlone(presence: Presence): Promise<boolean> {
  const deadline = Date.now() + farewellMilliseconds;
  for (;;) {
    const { processes, clients } = await presence.others();
    if (clients === 0) return true;
    if (processes > 0 || Date.now() > deadline) return false;
    await delay(10);
  }
}

/** The database is made apart from the cluster, so that a crash between the two is mended by the next start. */
async function createDatabaseIfMissing(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [clusterName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${clusterName}`);
  } finally {
    await client.end();
  }
}
