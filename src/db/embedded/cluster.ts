import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { BinariesDirectory } from './binaries.ts';
import { runCommand, type Account } from './command.ts';
import { EmbeddedPostgresError } from './error.ts';
import { readPostmaster } from './postmaster.ts';

/** Where one embedded Postgres lives and how it is run. */
export interface ClusterSettings {
  /** Absolute path of the data folder; the cluster is in `postgres/cluster` below it. */
  dataDirectory: string;
  binaries: BinariesDirectory;
  /** Whom it runs as; null: this process's user. */
  account: Account | null;
  /** Whether a committed transaction survives a power failure. False is for data that is thrown away. */
  durable: boolean;
}

/** The name of the cluster's superuser, and of the database in which the server keeps its tables. */
export const clusterName = 'mibudge';

/** Absolute path of the cluster (PGDATA) in a data folder. */
export function clusterPath(dataDirectory: string): string {
  return join(dataDirectory, 'postgres', 'cluster');
}

/**
 * Makes the cluster where there is none. Call it under the data folder's lock.
 *
 * @param settings where and how
 * @returns the superuser's password, kept in the data folder
 * @throws EmbeddedPostgresError when `initdb` fails or the password of an existing cluster is lost
 */
export async function createClusterIfMissing(settings: ClusterSettings): Promise<string> {
  const { dataDirectory, account } = settings;
  const passwordFile = join(dataDirectory, 'postgres-password');
  const cluster = clusterPath(dataDirectory);
  if (await exists(cluster)) {
    return readFile(passwordFile, 'utf8').catch((error: unknown) => {
      throw new EmbeddedPostgresError(`The password of the database in ${cluster} cannot be read from ${passwordFile}.`, {
        cause: error,
      });
    });
  }
  const password = randomBytes(24).toString('hex');
  await writePrivateFile(passwordFile, password, await ownerWhenRoot(dataDirectory));
  const folder = join(dataDirectory, 'postgres');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (account !== null) await chown(folder, account.uid, account.gid);
  await initialise(settings, password);
  return password;
}

/** Runs `initdb` beside the final place, so that one that was interrupted is not taken for a cluster. */
async function initialise(settings: ClusterSettings, password: string): Promise<void> {
  const cluster = clusterPath(settings.dataDirectory);
  const partial = `${cluster}.partial`;
  const passwordFile = `${cluster}.password`;
  await rm(partial, { recursive: true, force: true });
  await writePrivateFile(passwordFile, password, settings.account);
  try {
    const { code, output } = await runCommand(
      join(settings.binaries, 'bin', 'initdb'),
      [
        `--pgdata=${partial}`,
        `--username=${clusterName}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Fixed, and independent of what the machine has installed, so that names sort alike everywhere.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(settings.durable ? [] : ['--no-sync']),
      ],
      settings.account,
    );
    if (code !== 0) throw new EmbeddedPostgresError(`initdb failed: ${lastComplaint(output)}`);
    await rename(partial, cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Failed statements are logged by whoever sent them; without them and the checkpoints, the log hardly grows.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

const throwAwaySettings = {
  // Tests run side by side, each with pools of its own.
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

const startPatienceMilliseconds = 30_000;

/**
 * Starts the server of a cluster on which none runs, and waits until it accepts connections: after a crash, until it has
 * recovered. It runs apart from this process and its terminal. Call it under the data folder's lock.
 *
 * @param settings where and how
 * @param wantedPort the port to listen on; another one is taken when it is not free
 * @returns the port on which it listens
 * @throws EmbeddedPostgresError with what Postgres complained of when it does not start
 */
export async function startCluster(settings: ClusterSettings, wantedPort: number | null): Promise<number> {
  const cluster = clusterPath(settings.dataDirectory);
  // A file left by a killed server whose process id another program has by now would stop Postgres; readers of it know better.
  if ((await readPostmaster(cluster))?.alive === false) await rm(join(cluster, 'postmaster.pid'), { force: true });
  const log = join(settings.dataDirectory, 'postgres', 'postgres.log');
  await boundLog(log);
  const deadline = Date.now() + startPatienceMilliseconds;
  let port = wantedPort !== null && (await isFree(wantedPort)) ? wantedPort : await freePort();
  for (;;) {
    const complaint = await tryStart(settings, port, log);
    if (complaint === null) return port;
    if (Date.now() > deadline) throw startError(complaint, log);
    if (complaint.includes('could not bind')) {
      port = await freePort();
    } else if (complaint.includes('shared memory block')) {
      // Processes of the killed server are still going down.
      await delay(50);
    } else {
      throw startError(complaint, log);
    }
  }
}

function startError(complaint: string, log: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`The embedded Postgres does not start: ${lastComplaint(complaint)} (log: ${log})`);
}

/** Returns null when the server runs, else what it or `pg_ctl` said. */
async function tryStart(settings: ClusterSettings, port: number, log: string): Promise<string | null> {
  const options = Object.entries({ ...serverSettings, ...(settings.durable ? {} : throwAwaySettings) })
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
  const logged = await sizeOf(log);
  // Crash recovery replays up to max_wal_size; five minutes are far beyond that.
  const { code, output } = await runCommand(
    join(settings.binaries, 'bin', 'pg_ctl'),
    ['start', '--wait', '--timeout=300', '-D', clusterPath(settings.dataDirectory), '-l', log, '-o', `-p ${port} ${options}`],
    settings.account,
  );
  if (code === 0) return null;
  return `${output}\n${(await readFile(log).catch(() => Buffer.alloc(0))).subarray(logged).toString('utf8')}`;
}

/**
 * Stops the server of a cluster and waits until it is down.
 *
 * @param settings where and how
 * @param mode `fast` ends sessions and writes everything; `immediate` is for data that is thrown away
 * @throws EmbeddedPostgresError when it is still there after a minute
 */
export async function stopCluster(settings: ClusterSettings, mode: 'fast' | 'immediate'): Promise<void> {
  const cluster = clusterPath(settings.dataDirectory);
  if ((await readPostmaster(cluster))?.alive !== true) return;
  const { code, output } = await runCommand(
    join(settings.binaries, 'bin', 'pg_ctl'),
    ['stop', '--wait', '--timeout=60', '-D', cluster, '-m', mode],
    settings.account,
  );
  if (code !== 0 && (await readPostmaster(cluster))?.alive === true) {
    throw new EmbeddedPostgresError(`The embedded Postgres does not stop: ${lastComplaint(output)}`);
  }
}

const logBoundBytes = 1024 * 1024;

/** Keeps one older log; together they stay small, since a log grows by a few lines per start. */
async function boundLog(log: string): Promise<void> {
  if ((await sizeOf(log)) > logBoundBytes) await rename(log, `${log}.1`);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Below the ranges from which systems take ports for outgoing connections, so that it is still free after a restart. */
const portRange = { first: 15_000, count: 17_000 };

async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = portRange.first + (randomBytes(4).readUInt32LE() % portRange.count);
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError('No free port was found for the embedded Postgres.');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Files that root makes in somebody's data folder belong to that person, who could not use the folder otherwise. */
async function ownerWhenRoot(dataDirectory: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = await stat(dataDirectory);
  return { uid, gid };
}

async function writePrivateFile(path: string, content: string, owner: Account | null): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, content, { mode: 0o600, flag: 'wx' });
  if (owner !== null) await chown(path, owner.uid, owner.gid);
}

/** A folder that cannot be looked into is an error, not a cluster that is to be made. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

/** The one line of some output that says what went wrong. */
function lastComplaint(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const complaints = lines.filter((line) => /\b(FATAL|PANIC|ERROR|error|could not)\b/.test(line));
  return (complaints.at(-1) ?? lines.at(-1) ?? 'it said nothing').trim();
}
