import { chmod, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { runCommand, type Account } from './command.ts';
import { EmbeddedPostgresError } from './error.ts';

/**
 * Decides whom Postgres runs as. It refuses to run as root, so root hands it to the owner of the data folder, or to the
 * system's `postgres` user where the folder is root's own; that user is made when there is none.
 *
 * @param dataDirectory the existing data folder
 * @returns the account; null when it is simply the one that runs this process
 * @throws EmbeddedPostgresError when root has no other user to run it as
 */
export async function postgresUser(dataDirectory: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = await stat(dataDirectory);
  // Postgres runs only as users that the system knows by name, which the owner of a mounted folder may not be.
  if (uid !== 0 && (await lookUpUser(String(uid))) !== null) return { uid, gid };
  const existing = await lookUpUser('postgres');
  if (existing !== null) return existing;
  const made = await runCommand(
    'useradd',
    ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    null,
  );
  const account = await lookUpUser('postgres');
  if (account !== null) return account;
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and a user "postgres" for it could not be made (${made.output}); ` +
      'make one, run as another user, or set DATABASE_URL.',
  );
}

/** The ids of a user of the system; null when there is no such user (or, as for root, no use in it). */
async function lookUpUser(name: string): Promise<Account | null> {
  const [user, group] = await Promise.all([
    runCommand('id', ['-u', name], null),
    runCommand('id', ['-g', name], null),
  ]);
  const uid = Number(user.output);
  const gid = Number(group.output);
  return user.code === 0 && group.code === 0 && uid > 0 && gid > 0 ? { uid, gid } : null;
}

/**
 * Tells whether the account can enter a folder, which needs every folder above it too.
 *
 * @param folder absolute path of the folder
 * @param account whose rights count
 */
export async function canEnter(folder: string, account: Account): Promise<boolean> {
  // Asked of the system as that user, because mode bits are not all there is to it (access lists, mounts).
  return (await runCommand('test', ['-x', folder], account)).code === 0;
}

/**
 * Lets the account enter the data folder, without letting it list or read what else is there.
 *
 * @param dataDirectory absolute path of the data folder, which this process may change
 * @param account who has to get in
 * @throws EmbeddedPostgresError that names the closed folder when one above the data folder shuts the account out
 */
export async function openForAccount(dataDirectory: string, account: Account): Promise<void> {
  if (await canEnter(dataDirectory, account)) return;
  const { mode } = await stat(dataDirectory);
  await chmod(dataDirectory, (mode & 0o7777) | 0o011);
  if (await canEnter(dataDirectory, account)) return;
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and the user it runs as cannot enter ${await outermostClosedFolder(dataDirectory, account)}: ` +
      'open that folder (chmod o+x), set MIBUDGE_DATA_DIR to a place elsewhere, or set DATABASE_URL.',
  );
}

async function outermostClosedFolder(folder: string, account: Account): Promise<string> {
  const parent = dirname(folder);
  if (parent === folder || (await canEnter(parent, account))) return folder;
  return outermostClosedFolder(parent, account);
}
