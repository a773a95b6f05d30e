import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { clusterPath, lastComplaint, type ClusterSettings } from './cluster.ts';
import { runCommand } from './command.ts';
import { EmbeddedPostgresError } from './error.ts';
import { freePort, isFree } from './ports.ts';
import { readPostmaster } from './postmaster.ts';

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
 * Stops the server of a cluster and waits until it is down: sessions are ended, and everything is written.
 *
 * @param settings where and how
 * @throws EmbeddedPostgresError when it is still there after a minute
 */
export async function stopCluster(settings: ClusterSettings): Promise<void> {
  const cluster = clusterPath(settings.dataDirectory);
  if ((await readPostmaster(cluster))?.alive !== true) return;
  const { code, output } = await runCommand(
    join(settings.binaries, 'bin', 'pg_ctl'),
    ['stop', '--wait', '--timeout=60', '-D', cluster, '-m', 'fast'],
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
