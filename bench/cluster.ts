import pg from 'pg';

import { makeThrowAwayFolder } from '../src/embedded-postgres/throw-away-folder.ts';
import { openEmbeddedPostgres } from '../src/embedded-postgres/embedded-postgres.ts';
import { migrate } from '../src/db/migrate.ts';

/** A durable Postgres in a folder that goes with this process. */
export interface Cluster {
  /** Temporary; servers may keep their files there. */
  folder: string;
  version: string;
  /** Makes an empty, migrated database. */
  createDatabase(name: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts a Postgres as `npm start` would: embedded, fsync on. */
export async function openCluster(): Promise<Cluster> {
  const folder = await makeThrowAwayFolder();
  try {
    const postgres = await openEmbeddedPostgres({ dataDirectory: folder.path, durable: true });
    const { connectionString } = postgres;
    const [row] = await query(connectionString, 'SHOW server_version');
    return {
      folder: folder.path,
      version: String(row?.['server_version']),
      createDatabase: async (name) => {
        await query(connectionString, `CREATE DATABASE ${name}`);
        const url = new URL(connectionString);
        url.pathname = `/${name}`;
        await withPool(url.href, (pool) => migrate(pool));
        return url.href;
      },
      close: async () => {
        await postgres.stop();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

async function query(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  return withPool(connectionString, async (pool) => (await pool.query<Record<string, unknown>>(sql)).rows);
}

async function withPool<Result>(connectionString: string, work: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
  const pool = new pg.Pool({ connectionString });
  // The migrations of graphile-worker ask for both: without them, a lost connection would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
