import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { clusterName, clusterPath, lastComplaint, type ClusterSettings } from './cluster.ts';
import { runCommand, type Account } from './command.ts';
import { EmbeddedPostgresError } from './error.ts';

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
