import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runMigrations as runJobQueueMigrations } from 'graphile-worker';
import type pg from 'pg';

/** The folder of the server's own migrations: one sub-folder per migration, applied in the order of their names. */
export const migrationsDirectory = fileURLToPath(new URL('../../prisma/migrations/', import.meta.url));

/** The key that Prisma's own migration commands lock, so that they and this runner exclude each other. */
const migrationLockKey = 72_707_369;

const oldestSupportedVersion = 150_000;

/** SQLSTATE of `RAISE NOTICE`. */
const RAISED_BY_MIGRATION = '00000';

/** The history in the database and the files do not fit together; the message is one line for a person. */
export class MigrationError extends Error {
  override name = 'MigrationError';
}

interface MigrationFile { name: string; sql: string }

interface AppliedMigration { name: string; checksum: string; finished: boolean }

type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * Brings the database up to date: the server's migrations, then the job queue's (so that a job can be enqueued even
 * where this process runs none).
 *
 * Each file is one transaction together with its row in `_prisma_migrations`, the table and checksums that Prisma's
 * own commands use. Each transaction takes an advisory lock first and then reads what is applied, so that several
 * servers may start at once and a crash leaves a file applied or not, never half.
 *
 * @param pool a pool on the database, whose user owns it
 * @param report is told what a long migration says of its progress, a line at a time
 * @param directory the folder with `<name>/migration.sql`
 * @returns the names of the migrations that this call applied, in order; empty when there was nothing to do
 * @throws MigrationError when an applied file was edited or is missing, a migration failed, or Postgres is too old
 */
export async function migrate(
  pool: pg.Pool,
  report: (line: string) => void = () => undefined,
  directory: string = migrationsDirectory,
): Promise<string[]> {
  const files = readMigrationFiles(directory);
  const applied: string[] = [];
  for (;;) {
    const name = await applyNext(pool, files, report);
    if (name === null) break;
    applied.push(name);
  }
  await runJobQueueMigrations({ pgPool: pool });
  return applied;
}

/**
 * Which of the files the database does not have yet. Reads only and waits for no lock, so that it suits a readiness probe.
 *
 * @param connection to the database
 * @param directory the folder with `<name>/migration.sql`
 * @returns the names in the order in which `migrate` would apply them; empty when the database is up to date
 */
export async function pendingMigrations(
  connection: Queryable,
  directory: string = migrationsDirectory,
): Promise<string[]> {
  const applied = new Set((await readApplied(connection)).filter((row) => row.finished).map((row) => row.name));
  return readMigrationFiles(directory)
    .map((file) => file.name)
    .filter((name) => !applied.has(name));
}

/** Applies the first file that is not applied yet. Returns its name, or null when none is left. */
async function applyNext(pool: pg.Pool, files: readonly MigrationFile[], report: (line: string) => void): Promise<string | null> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // What a migration says itself has this code; what Postgres has to say of a statement has another.
  const onNotice = ({ message, code }: { message?: string | undefined; code?: string | undefined }): void => {
    if (message !== undefined && code === RAISED_BY_MIGRATION) report(message);
  };
  try {
    await client.query('BEGIN');
    await prepare(client);
    const applied = await readApplied(client);
    checkHistory(files, applied);
    const names = new Set(applied.map((row) => row.name));
    const next = files.find((file) => !names.has(file.name));
    client.on('notice', onNotice);
    if (next !== undefined) await apply(client, next);
    await client.query('COMMIT');
    return next?.name ?? null;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    });
    throw error;
  } finally {
    client.off('notice', onNotice);
    client.release(broken);
  }
}

/** Takes the lock and makes sure that there is a history to read. Limits and plans of ordinary requests do not suit migrations. */
async function prepare(client: Queryable): Promise<void> {
  await client.query('SET LOCAL statement_timeout = 0');
  await client.query('SET LOCAL lock_timeout = 0');
  await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
  await client.query('SET LOCAL enable_seqscan = on');
  await client.query('SET LOCAL plan_cache_mode = auto');
  const { rows } = await client.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
  const version = Number(rows[0]?.version);
  if (version < oldestSupportedVersion) {
    throw new MigrationError(
      `PostgreSQL ${Math.floor(version / 10_000)} is too old: this server needs ${oldestSupportedVersion / 10_000} or later.`,
    );
  }
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLockKey]);
  // Verbatim what Prisma creates, so that its commands recognise the table as their own.
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id                  VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum            VARCHAR(64) NOT NULL,
      finished_at         TIMESTAMPTZ,
      migration_name      VARCHAR(255) NOT NULL,
      logs                TEXT,
      rolled_back_at      TIMESTAMPTZ,
      started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`);
}

async function apply(client: Queryable, file: MigrationFile): Promise<void> {
  try {
    await client.query(file.sql);
  } catch (error) {
    throw new MigrationError(`Migration ${file.name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
     VALUES ($1, $2, clock_timestamp(), $3, 1)`,
    [randomUUID(), checksum(file.sql), file.name],
  );
}

/** What the history says is applied; a row that was rolled back counts as never applied, as it does for Prisma. */
async function readApplied(client: Queryable): Promise<AppliedMigration[]> {
  const table = await client.query<{ present: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present`,
  );
  if (table.rows[0]?.present !== true) return [];
  const { rows } = await client.query<AppliedMigration>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM _prisma_migrations
     WHERE rolled_back_at IS NULL
     ORDER BY started_at, migration_name`,
  );
  return rows;
}

function checkHistory(files: readonly MigrationFile[], applied: readonly AppliedMigration[]): void {
  const byName = new Map(files.map((file) => [file.name, file]));
  for (const row of applied) {
    const file = byName.get(row.name);
    if (!row.finished) {
      throw new MigrationError(`Migration ${row.name} failed half-way in this database; mend it by hand first.`);
    }
    if (file === undefined) {
      throw new MigrationError(
        `Migration ${row.name} was applied to this database but is not part of this version: the database is newer.`,
      );
    }
    // A checkout on Windows may have turned the line ends.
    const accepted = [file.sql, file.sql.replaceAll('\r\n', '\n'), file.sql.replaceAll(/\r?\n/g, '\r\n')].map(checksum);
    if (!accepted.includes(row.checksum)) {
      throw new MigrationError(`Migration ${row.name} was edited after it had been applied to this database.`);
    }
  }
}

function readMigrationFiles(directory: string): MigrationFile[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ name, sql: readFileSync(join(directory, name, 'migration.sql'), 'utf8') }));
}

function checksum(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
