import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { migrate, migrationsDirectory, pendingMigrations } from '../../src/db/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let directory: string;
const pools: pg.Pool[] = [];

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  directory = await mkdtemp(join(tmpdir(), 'mibudge-migrations-'));
});

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  await database.drop();
  await rm(directory, { recursive: true });
});

/** A pool of its own, as a server process would have. */
function openPool(options?: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: database.url, options });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  pools.push(pool);
  return pool;
}

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
}

async function count(pool: pg.Pool, sql: string): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(sql);
  return Number(rows[0]?.count);
}

test('every migration is applied once and in order, and a second run applies nothing', async () => {
  await writeMigration('20260102000000_fill', `INSERT INTO thing VALUES (1); INSERT INTO thing VALUES (2);`);
  await writeMigration('20260101000000_make', `CREATE TABLE thing (id int);`);
  const pool = openPool();

  expect(await pendingMigrations(pool, directory)).toEqual(['20260101000000_make', '20260102000000_fill']);
  expect(await migrate(pool, undefined, directory)).toEqual(['20260101000000_make', '20260102000000_fill']);
  expect(await pendingMigrations(pool, directory)).toEqual([]);
  expect(await migrate(pool, undefined, directory)).toEqual([]);
  expect(await count(pool, 'SELECT count(*) FROM thing')).toBe(2);
});

test('servers that start at once apply each migration once between them', async () => {
  await writeMigration('20260101000000_make', `CREATE TABLE thing (id int);`);
  await writeMigration('20260102000000_fill', `INSERT INTO thing SELECT generate_series(1, 1000);`);
  const applied = await Promise.all([1, 2, 3].map(() => migrate(openPool(), undefined, directory)));

  expect(applied.flat().sort()).toEqual(['20260101000000_make', '20260102000000_fill']);
  expect(await count(openPool(), 'SELECT count(*) FROM thing')).toBe(1000);
});

test('a migration that fails leaves nothing behind, and is applied whole once it is mended', async () => {
  await writeMigration('20260101000000_make', `CREATE TABLE thing (id int); SELECT 1 / 0;`);
  const pool = openPool();
  await expect(migrate(pool, undefined, directory)).rejects.toThrow('Migration 20260101000000_make failed: division by zero');
  expect(await pendingMigrations(pool, directory)).toEqual(['20260101000000_make']);

  await writeMigration('20260101000000_make', `CREATE TABLE thing (id int);`);
  expect(await migrate(pool, undefined, directory)).toEqual(['20260101000000_make']);
});

test('a migration that was edited after it had been applied is refused by name', async () => {
  await writeMigration('20260101000000_make', `CREATE TABLE thing (id int);`);
  const pool = openPool();
  await migrate(pool, undefined, directory);
  await writeMigration('20260101000000_make', `CREATE TABLE thing (id bigint);`);
  await writeMigration('20260102000000_more', `CREATE TABLE more (id int);`);

  await expect(migrate(pool, undefined, directory)).rejects.toThrow('Migration 20260101000000_make was edited');
  expect(await count(pool, `SELECT count(*) FROM pg_tables WHERE tablename = 'more'`)).toBe(0);
});

test('line ends turned by a checkout are not an edit', async () => {
  await writeMigration('20260101000000_make', `CREATE TABLE thing (\n  id int\n);\n`);
  const pool = openPool();
  await migrate(pool, undefined, directory);
  await writeMigration('20260101000000_make', `CREATE TABLE thing (\r\n  id int\r\n);\r\n`);

  expect(await migrate(pool, undefined, directory)).toEqual([]);
});

test('a database that is newer than the program is refused', async () => {
  await writeMigration('20260101000000_make', `CREATE TABLE thing (id int);`);
  await writeMigration('20260102000000_newer', `CREATE TABLE newer (id int);`);
  const pool = openPool();
  await migrate(pool, undefined, directory);
  await rm(join(directory, '20260102000000_newer'), { recursive: true });

  await expect(migrate(pool, undefined, directory)).rejects.toThrow('Migration 20260102000000_newer was applied');
});

test('the migrations of the project apply to an empty database, and a job can be enqueued there', async () => {
  await cp(migrationsDirectory, directory, { recursive: true });
  const pool = openPool();
  expect((await migrate(pool, undefined, directory)).length).toBeGreaterThan(0);
  await pool.query(`SELECT graphile_worker.add_job('anything')`);
});

test('where the extensions of the search may not be created, the message says which ones to create', async () => {
  const search = '20261124110000_search_index';
  await cp(migrationsDirectory, directory, { recursive: true, filter: (source) => !source.includes(search) });
  const role = `limited_${randomBytes(6).toString('hex')}`;
  const administrator = openPool();
  const mayCreate = async (verb: string): Promise<void> => {
    await administrator.query(`DO $$ BEGIN EXECUTE format('${verb} ${role}', current_database()); END $$`);
  };
  await administrator.query(`CREATE ROLE ${role}; GRANT ALL ON SCHEMA public TO ${role}`);
  try {
    await mayCreate('GRANT CREATE ON DATABASE %I TO');
    const limited = openPool(`-c role=${role}`);
    await migrate(limited, undefined, directory);
    await mayCreate('REVOKE CREATE ON DATABASE %I FROM');

    const refused = await migrate(limited).catch(String);
    expect(refused).toMatch(/^MigrationError: .*needs the extensions pg_trgm and btree_gin.*permission denied.*"CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin" in this database.*$/);

    await administrator.query('CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin');
    expect(await migrate(limited)).toContain(search);
  } finally {
    await administrator.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  }
});
