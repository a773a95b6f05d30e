import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import pg from 'pg';

const presenceName = 'mibudge: presence';

/**
 * One idle connection that every process keeps while it uses the embedded Postgres. Its session tells the other
 * processes that somebody is there, and vanishes with this process however that ends; its loss tells this process that
 * Postgres is gone.
 */
export interface Presence {
  /** Who else has a session: other processes of ours, and clients of any kind (this process's own pool too, if open). */
  others(): Promise<{ processes: number; clients: number }>;
  /** Gives up the connection; its loss is not reported then. */
  leave(): Promise<void>;
}

const patienceMilliseconds = 300_000;

/**
 * Connects to a Postgres that is up or coming up.
 *
 * @param connectionString where it is
 * @param isAlive whether its process is still there, asked after each failure
 * @param onLost called once when the connection is lost without having been given up
 * @returns the presence; null when that Postgres went away
 * @throws Error of Postgres when it answers but refuses (a wrong password, for one)
 */
export async function joinPostgres(
  connectionString: string,
  isAlive: () => Promise<boolean>,
  onLost: () => void,
): Promise<Presence | null> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    try {
      return await connect(connectionString, onLost);
    } catch (error) {
      if (isRefusal(error) || Date.now() > deadline) throw error;
      if (!(await isAlive())) return null;
      await delay(25);
    }
  }
}

async function connect(connectionString: string, onLost: () => void): Promise<Presence> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString,
    stream: () => socket,
    application_name: presenceName,
    connectionTimeoutMillis: 30_000,
  });
  // The loss of a connection is reported as its end too.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw error;
  }
  let left = false;
  client.once('end', () => {
    if (!left) onLost();
  });
  // Being present is no reason for a process to go on.
  socket.unref();
  return {
    others: () => {
      socket.ref();
      return countOthers(client);
    },
    leave: async () => {
      left = true;
      socket.ref();
      await client.end();
    },
  };
}

async function countOthers(client: pg.Client): Promise<{ processes: number; clients: number }> {
  const { rows } = await client.query<{ processes: number; clients: number }>(
    `SELECT count(*) FILTER (WHERE application_name = $1)::int AS processes, count(*)::int AS clients
     FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    [presenceName],
  );
  return rows[0] ?? { processes: 0, clients: 0 };
}

/** Postgres itself said no, other than "not now" (57P03: starting up, recovering, shutting down; 53300: full). */
function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code !== '57P03' && error.code !== '53300';
}
